#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>For each element of a resized axis the positions of the elements that it is made of, and their weights.</summary>
public static class ResizeTable
{
    /// <summary>Fills the tables of one axis.</summary>
    /// <param name="options">The attributes.</param>
    /// <param name="input">The input's length.</param>
    /// <param name="output">The output's length.</param>
    /// <param name="scale">Output elements an input element.</param>
    /// <param name="start">Where the region of interest begins, as a share of the axis.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="taps">Places for elements; those that are not needed get weight 0.</param>
    /// <param name="positions">[output, taps]; −1 where the output lies outside the region's input.</param>
    /// <param name="weights">[output, taps]; not written where the mode is nearest.</param>
    /// <exception cref="ArgumentException">The filter is longer than there are places.</exception>
    public static void Fill(
        ResizeOptions options, int input, int output, double scale, double start, double end, int taps, Span<int> positions, Span<double> weights)
    {
        double filterScale = options.Antialias ? Math.Min(scale, 1d) : 1d;
        int reach = options.Mode == ResizeMode.Linear ? 1 : 2;
        double used = options.Mode == ResizeMode.Nearest ? 1d : -2d * Math.Floor(-reach / filterScale);
        if (!(used <= taps))
        {
            throw new ArgumentException("Resize: scale " + scale + " is less than the shapes of the model's file admit.");
        }

        for (int o = 0; o < output; o++)
        {
            double x = Coordinate(options.Coordinates, input, output, scale, start, end, o);
            Span<int> places = positions.Slice(o * taps, taps);
            bool isOutside = options.Coordinates == ResizeCoordinates.TfCropAndResize && !(x >= 0d && x <= input - 1);
            if (isOutside || options.Mode == ResizeMode.Nearest)
            {
                places.Fill(isOutside ? -1 : Clamp(Nearest(options.Rounding, x, scale), input));
                continue;
            }

            FillTaps(options, x, (int)used, filterScale, input, places, weights.Slice(o * taps, taps));
        }
    }

    private static void FillTaps(ResizeOptions options, double x, int used, double filterScale, int input, Span<int> positions, Span<double> weights)
    {
        // A whole coordinate belongs to the interval that ends there.
        double left = Math.Ceiling(x) - 1d;
        double first = left + 1d - (used / 2);
        double total = 0d;
        for (int i = 0; i < positions.Length; i++)
        {
            double place = first + i;
            double distance = Math.Abs(place - x) * filterScale;
            bool counts = i < used && !(options.ExcludeOutside && (place < 0d || place >= input));
            positions[i] = Clamp(place, input);
            weights[i] = !counts ? 0d : options.Mode == ResizeMode.Linear ? Math.Max(0d, 1d - distance) : Cubic(options.CubicCoefficient, distance);
            total += weights[i];
        }

        if (!options.ExcludeOutside && !options.Antialias) return;
        for (int i = 0; i < weights.Length; i++) weights[i] /= total;
    }

    private static double Coordinate(ResizeCoordinates mode, int input, int output, double scale, double start, double end, int o)
    {
        double length = scale * input;
        switch (mode)
        {
            case ResizeCoordinates.Asymmetric:
                return o / scale;
            case ResizeCoordinates.AlignCorners:
                return length == 1d ? 0d : o * (input - 1d) / (length - 1d);
            case ResizeCoordinates.PytorchHalfPixel when length == 1d:
                return 0d;
            case ResizeCoordinates.TfHalfPixelForNn:
                return (o + 0.5d) / scale;
            case ResizeCoordinates.HalfPixelSymmetric:
                return (input / 2d * (1d - (output / length))) + ((o + 0.5d) / scale) - 0.5d;
            case ResizeCoordinates.TfCropAndResize:
                double place = length == 1d ? (end - start) * (input - 1d) / 2d : o * (end - start) * (input - 1d) / (length - 1d);
                return place + (start * (input - 1d));
            default:
                return ((o + 0.5d) / scale) - 0.5d;
        }
    }

    private static double Nearest(ResizeRounding rounding, double x, double scale)
    {
        switch (rounding)
        {
            case ResizeRounding.RoundPreferFloor:
                return Math.Ceiling(x - 0.5d);
            case ResizeRounding.RoundPreferCeil:
                return Math.Floor(x + 0.5d);
            case ResizeRounding.Ceil:
                return Math.Ceiling(x);
            case ResizeRounding.Simple when scale < 1d:
                return Math.Ceiling(x);
            default:
                return Math.Floor(x);
        }
    }

    private static double Cubic(double a, double distance) =>
        distance <= 1d ? ((((a + 2d) * distance) - (a + 3d)) * distance * distance) + 1d
        : distance < 2d ? (((((distance - 5d) * distance) + 8d) * distance) - 4d) * a
        : 0d;

    private static int Clamp(double place, int length) => (int)Math.Max(0d, Math.Min(length - 1d, place));
}
