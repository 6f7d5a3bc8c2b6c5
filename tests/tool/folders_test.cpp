// Which files of a folder are videos to be taken.
#include "gst/tool/folders.h"

#include <gtest/gtest.h>

#include "tests/tool/folder.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> found(const fs::path& output = {}, const std::string& ours = {}) {
  const auto videos = videos_in(".", output, [&ours](const fs::path& movie) {
    return !ours.empty() && movie.filename() == ours;
  });
  if (!videos) ADD_FAILURE() << videos.error().message;
  return videos ? *videos : std::vector<fs::path>();
}

using Paths = std::vector<fs::path>;

TEST(Folders, AreSearchedToTheBottomByName) {
  const Folder folder;
  for (const char* name :
       {"b.mp4", "a.MOV", "deep/er/c.webm", "notes.txt", "a.HEIC", "no-extension"})
    Folder::file(name);

  EXPECT_EQ(found(), (Paths{"./a.MOV", "./b.mp4", "./deep/er/c.webm"}));
}

TEST(Folders, KeepTheirHiddenFilesAndBundles) {
  const Folder folder;
  for (const char* name : {".a.mp4", ".Trash/b.mp4", "c.pvt/c.MOV", "d.mp4"}) Folder::file(name);

  EXPECT_EQ(found(), (Paths{"./d.mp4"}));
}

TEST(Folders, AreNotSearchedWhereThePairsGo) {
  const Folder folder;
  for (const char* name : {"a.mp4", "out/b.mp4"}) Folder::file(name);

  EXPECT_EQ(found("out/"), (Paths{"./a.mp4"}));
}

TEST(Folders, KeepTheMoviesOfOurOwnPairs) {
  const Folder folder;
  for (const char* name : {"a.mp4", "a.MOV", "b.MOV"}) Folder::file(name);

  EXPECT_EQ(found({}, "a.MOV"), (Paths{"./a.mp4", "./b.MOV"}));
}

TEST(Folders, MayHaveLinksInACircle) {
  const Folder folder;
  Folder::file("a.mp4");
  fs::create_directory_symlink(".", "again");
  fs::create_symlink("a.mp4", "b.mp4");

  EXPECT_EQ(found(), (Paths{"./a.mp4", "./b.mp4"}));
}

TEST(Folders, ThatAreNotThereAreToldOf) {
  const auto videos = videos_in("/nowhere", {}, [](const fs::path&) { return false; });

  ASSERT_FALSE(videos);
  EXPECT_NE(videos.error().message.find("The folder /nowhere cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace livephoto::tool
