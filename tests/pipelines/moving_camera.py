"""Films of a camera whose way is known, and the maps between what its frames show."""

import math
import subprocess

import programs

WIDTH, HEIGHT = 270, 480


def mapped(matrix, point):
    x, y = point
    w = matrix[6] * x + matrix[7] * y + matrix[8]
    return ((matrix[0] * x + matrix[1] * y + matrix[2]) / w, (matrix[3] * x + matrix[4] * y + matrix[5]) / w)


def inverse(matrix):
    a, b, c, d, e, f, g, h, i = matrix
    return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f,
            d * h - e * g, b * g - a * h, a * e - b * d]  # but for a factor


class Camera:
    """A picture with texture, seen by a camera that moves right and rolls by so much a frame."""

    SIDE = 640
    LEFT, TOP = (SIDE - WIDTH) // 2 - 60, (SIDE - HEIGHT) // 2  # of the first frame

    def __init__(self, pan, roll):
        self.pan, self.roll = pan, roll  # pixels to the left that the picture moves, degrees clockwise

    def film(self, path, frames=40):
        picture = (
            f"nullsrc=s={self.SIDE}x{self.SIDE}:r=30,trim=end_frame=1,format=gray,geq=lum='random(1)*255',"
            "gblur=sigma=4,normalize=blackpt=black:whitept=white:smoothing=0,format=gray,"
            f"loop=loop={frames - 1}:size=1,setpts=N/30/TB,"
            f"rotate=a='n*{self.roll}*PI/180':bilinear=1,"
            f"crop={WIDTH}:{HEIGHT}:x='{self.LEFT}+n*{self.pan}':y={self.TOP},"
            "noise=alls=4:allf=t,format=yuv420p")
        programs.need("ffmpeg")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-c:v", "libx264", "-crf", "6", path], check=True,
            stdin=subprocess.DEVNULL)
        return path

    def seen(self, number, over, point):
        """Where what is at a point of a frame is seen in another frame."""
        centre = self.SIDE / 2
        x, y = point[0] + self.LEFT + number * self.pan - centre, point[1] + self.TOP - centre
        angle = math.radians(self.roll * (over - number))
        return (math.cos(angle) * x - math.sin(angle) * y + centre - self.LEFT - over * self.pan,
                math.sin(angle) * x + math.cos(angle) * y + centre - self.TOP)
