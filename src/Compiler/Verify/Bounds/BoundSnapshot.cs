using System;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>The bounds of the values that nonlinear functions read, over a box; they hold over every part of it. Kept as floats, rounded outward.</summary>
internal sealed class BoundSnapshot
{
    private readonly float[]?[] _lower;
    private readonly float[]?[] _upper;

    /// <summary>Takes the bounds that were computed last.</summary>
    public BoundSnapshot(BoundNetwork network, NetworkBounds bounds)
    {
        _lower = new float[network.Nodes.Length][];
        _upper = new float[network.Nodes.Length][];
        for (int n = 1; n < network.Nodes.Length; n++)
        {
            if (!bounds.IsRelaxed(n)) continue;
            _lower[n] = Rounded(bounds.Lower(n), -1);
            _upper[n] = Rounded(bounds.Upper(n), 1);
        }
    }

    /// <summary>Tightens a node's bounds by these.</summary>
    public void Meet(int node, double[] lower, double[] upper)
    {
        if (_lower[node] is not { } low || _upper[node] is not { } high) return;
        for (int i = 0; i < low.Length; i++)
        {
            if (low[i] > lower[i]) lower[i] = low[i];
            if (high[i] < upper[i]) upper[i] = high[i];
        }
    }

    private static float[] Rounded(ReadOnlySpan<double> values, int direction)
    {
        var result = new float[values.Length];
        // A float's rounding is at most 2⁻²⁴ of it, or the smallest subnormal: twice that is outside.
        for (int i = 0; i < result.Length; i++) result[i] = (float)(values[i] + (direction * ((Math.Abs(values[i]) / (1 << 22)) + 1e-44)));
        return result;
    }
}
