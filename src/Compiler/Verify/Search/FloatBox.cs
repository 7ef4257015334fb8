using System;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// The float32 inputs of a box: generated code takes no others. Where a side holds no float32 number at all, the one that its ends are
/// rounded to stands for it.
/// </summary>
internal sealed class FloatBox
{
    private readonly float[] _lower;
    private readonly float[] _upper;

    /// <summary>Rounds a box.</summary>
    public FloatBox(VerifiedBox box)
    {
        _lower = new float[box.Length];
        _upper = new float[box.Length];
        for (int i = 0; i < box.Length; i++)
        {
            (_lower[i], _upper[i]) = (AtLeast(box.Lower[i]), AtMost(box.Upper[i]));
            if (_lower[i] > _upper[i]) _lower[i] = _upper[i] = (float)((box.Lower[i] + box.Upper[i]) / 2);
        }

        Hull = new VerifiedBox(
            [.. box.Lower.Select((l, i) => Math.Min(l, _lower[i]))],
            [.. box.Upper.Select((u, i) => Math.Max(u, _upper[i]))]);
    }

    /// <summary>The least box around the real box and its float32 numbers: what a proof must cover.</summary>
    public VerifiedBox Hull { get; }

    /// <summary>The float32 input next to a point.</summary>
    public float[] Round(ReadOnlySpan<double> point)
    {
        var result = new float[point.Length];
        for (int i = 0; i < result.Length; i++) result[i] = Math.Min(Math.Max((float)point[i], _lower[i]), _upper[i]);
        return result;
    }

    private static float AtLeast(double value)
    {
        float rounded = (float)value;
        return rounded < value ? Next(rounded, 1) : rounded;
    }

    private static float AtMost(double value)
    {
        float rounded = (float)value;
        return rounded > value ? Next(rounded, -1) : rounded;
    }

    /// <summary>The neighbour of a float; what is added is less than one unit in the last place and more than half of it.</summary>
    private static float Next(float value, int direction)
    {
        double step = Math.Max(Math.Abs((double)value) / (1 << 24), 1.4012984643248171e-45) * 1.01;
        return (float)(value + (direction * step));
    }
}
