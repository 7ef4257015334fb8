using System;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>One axis of a Resize.</summary>
/// <param name="In">The input's length.</param>
/// <param name="Out">The output's length.</param>
/// <param name="Scale">Output elements an input element.</param>
/// <param name="Start">Where the region of interest begins, as a share of the axis.</param>
/// <param name="End">Where it ends.</param>
internal sealed record ResizeAxis(int In, int Out, double Scale, double Start, double End)
{
    /// <summary>How many elements an output is made of.</summary>
    public int Taps(ResizeMode mode) => Taps(mode, Scale);

    /// <summary>How many elements an output is made of under a scale.</summary>
    public static int Taps(ResizeMode mode, double scale)
    {
        if (mode.Interpolation == "nearest") return 1;
        int reach = mode.Interpolation == "linear" ? 1 : 2;
        return mode.Antialias && scale < 1 ? 2 * (int)Math.Min(1 << 24, -Math.Floor(-reach / scale)) : 2 * reach;
    }

    /// <summary>The positions of the elements that an output is made of, with their weights. Outside a crop: none.</summary>
    public (int[] Positions, double[] Weights) Find(ResizeMode mode, int output)
    {
        double x = Coordinate(mode, output);
        if (mode.IsCrop && (x < 0 || x > In - 1)) return ([], []);
        if (mode.Interpolation == "nearest") return ([Clamp(Nearest(mode, x))], [1]);

        // A whole coordinate belongs to the interval that ends there.
        double left = Math.Ceiling(x) - 1;
        double[] weights = Weights(mode, x - left);
        var positions = new int[weights.Length];
        double total = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double place = left + 1 - (weights.Length / 2) + i;
            positions[i] = Clamp(place);
            if (mode.ExcludesOutside && (place < 0 || place >= In)) weights[i] = 0;
            total += weights[i];
        }

        if (mode.ExcludesOutside || mode.Antialias)
            for (int i = 0; i < weights.Length; i++) weights[i] /= total;
        return (positions, weights);
    }

    /// <summary>The place in the input that an output element stands for.</summary>
    private double Coordinate(ResizeMode mode, int output)
    {
        double length = Scale * In;
        switch (mode.Coordinates)
        {
            case "asymmetric":
                return output / Scale;
            case "align_corners":
                return length == 1 ? 0 : output * (In - 1.0) / (length - 1);
            case "pytorch_half_pixel":
                return length == 1 ? 0 : ((output + 0.5) / Scale) - 0.5;
            case "tf_half_pixel_for_nn":
                return (output + 0.5) / Scale;
            case "half_pixel_symmetric":
                return (In / 2.0 * (1 - (Out / length))) + ((output + 0.5) / Scale) - 0.5;
            case "tf_crop_and_resize":
                double place = length == 1 ? (End - Start) * (In - 1.0) / 2 : output * (End - Start) * (In - 1.0) / (length - 1);
                return place + (Start * (In - 1.0));
            default:
                return ((output + 0.5) / Scale) - 0.5;
        }
    }

    private double Nearest(ResizeMode mode, double x) => mode.Rounding switch
    {
        "round_prefer_floor" => Math.Ceiling(x - 0.5),
        "round_prefer_ceil" => Math.Floor(x + 0.5),
        "ceil" => Math.Ceiling(x),
        "simple" when Scale < 1 => Math.Ceiling(x),
        _ => Math.Floor(x),
    };

    /// <summary>The weights of the elements around a place that is a ratio behind the middle pair's left one.</summary>
    private double[] Weights(ResizeMode mode, double ratio)
    {
        int taps = Taps(mode);
        double scale = mode.Antialias ? Math.Min(Scale, 1) : 1;
        var weights = new double[taps];
        for (int i = 0; i < taps; i++)
        {
            double distance = Math.Abs((i + 1 - (taps / 2) - ratio) * scale);
            weights[i] = mode.Interpolation == "linear" ? Math.Max(0, 1 - distance) : Cubic(mode.CubicCoefficient, distance);
        }

        return weights;
    }

    private static double Cubic(double a, double distance) => distance <= 1 ? ((((a + 2) * distance) - (a + 3)) * distance * distance) + 1
        : distance < 2 ? (((((distance - 5) * distance) + 8) * distance) - 4) * a
        : 0;

    private int Clamp(double place) => (int)Math.Max(0, Math.Min(In - 1, place));
}
