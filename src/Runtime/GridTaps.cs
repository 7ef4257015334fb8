#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX GridSample's padding_mode.</summary>
public enum GridPadding
{
    /// <summary>Zeros outside.</summary>
    Zeros,

    /// <summary>The border's elements outside.</summary>
    Border,

    /// <summary>A mirror image outside.</summary>
    Reflection,
}

/// <summary>The elements along one axis that ONNX GridSample makes the value at a coordinate of.</summary>
public static class GridTaps
{
    /// <summary>Fills positions and weights: one for the nearest element, two for linear, four for cubic interpolation.</summary>
    /// <param name="mode">How the value follows from its neighbours.</param>
    /// <param name="padding">What lies outside.</param>
    /// <param name="alignCorners">Whether −1 and 1 are the centres of the first and last element, not their outer edges.</param>
    /// <param name="coordinate">The coordinate, −1 … 1 inside.</param>
    /// <param name="length">The axis, at least 1 unless the padding is zeros.</param>
    /// <param name="positions">From 0 to length − 1; −1 for a zero outside.</param>
    /// <param name="weights">One a position; not written for the nearest element.</param>
    public static void Fill(ResizeMode mode, GridPadding padding, bool alignCorners, double coordinate, int length, Span<int> positions, Span<double> weights)
    {
        double place = alignCorners ? (coordinate + 1d) / 2d * (length - 1) : (((coordinate + 1d) * length) - 1d) / 2d;
        double least = alignCorners ? 0d : -0.5d;
        double most = alignCorners ? length - 1 : length - 0.5d;
        if (mode == ResizeMode.Nearest) place = Math.Round(place, MidpointRounding.ToEven);
        if (place < least || place > most)
        {
            if (padding == GridPadding.Border) place = Math.Max(0d, Math.Min(length - 1, place));
            else if (padding == GridPadding.Reflection) place = Reflect(place, least, most);
        }

        if (mode == ResizeMode.Nearest)
        {
            positions[0] = Position(padding, place, length, least, most);
            return;
        }

        double left = Math.Floor(place);
        int first = mode == ResizeMode.Linear ? 0 : -1;
        for (int i = 0; i < positions.Length; i++)
        {
            double distance = Math.Abs(first + i - (place - left));
            positions[i] = Position(padding, left + first + i, length, least, most);
            weights[i] = mode == ResizeMode.Linear ? 1d - distance : Cubic(distance);
        }
    }

    private static int Position(GridPadding padding, double place, int length, double least, double most)
    {
        if (padding == GridPadding.Zeros) return place >= 0d && place <= length - 1 ? (int)place : -1;
        double inside = padding == GridPadding.Reflection ? Reflect(place, least, most) : place;

        // What is no number is the first element.
        return inside >= length - 1 ? length - 1 : inside > 0d ? (int)inside : 0;
    }

    private static double Reflect(double place, double least, double most)
    {
        double range = most - least;
        if (range <= 0d) return least;
        double beyond = place < least ? least - place : place > most ? place - most : 0d;
        if (beyond == 0d) return place;
        double turns = Math.Floor(beyond / range);
        double rest = beyond - (turns * range);
        return place < least == (turns % 2d == 0d) ? least + rest : most - rest;
    }

    private static double Cubic(double distance)
    {
        const double A = -0.75d;
        return distance <= 1d ? ((((A + 2d) * distance) - (A + 3d)) * distance * distance) + 1d : (((((distance - 5d) * distance) + 8d) * distance) - 4d) * A;
    }
}
