using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Spatial;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Resize and Upsample that interpolate: a weighted sum along each axis, axis after axis or all at once. Elements at an edge count several
/// times, with weights that may cancel; errors are relative to the weights' magnitudes.
/// </summary>
internal static class ResizeRule
{
    /// <summary>Products of all outputs.</summary>
    private const long ProductLimit = 1 << 22;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        InferenceContext parameters = builder.Parameters(node);
        var mode = ResizeMode.Read(parameters);
        if (float.IsNaN(mode.Extrapolation) || float.IsInfinity(mode.Extrapolation)) throw new UnverifiableException("extrapolates with a number that is not finite");
        (int roi, int scales, int sizes) = ResizeParameters.Places(parameters);
        if (new[] { mode.IsCrop ? roi : -1, scales, sizes }.Any(i => i >= 0 && builder.Graph.ConstantOf(node.Inputs[i]) is null)) throw new UnverifiableException("has scales, sizes or a region of run time");
        if (mode is { Interpolation: "nearest", IsCrop: false })
        {
            MovementRule.Resize(builder, node);
            return;
        }

        ResizeAxis[] axes = ResizeParameters.Read(parameters, withRoi: true);
        (int[] Positions, double[] Weights)[][] taps = [.. axes.Select(a => IsKept(a, mode) ? [] : Enumerable.Range(0, a.Out).Select(o => a.Find(mode, o)).ToArray())];
        int perOutput = taps.Where(static t => t.Length > 0).Aggregate(1, static (n, t) => n * t.Max(static p => p.Positions.Length));
        string name = node.Outputs[0];
        int outputs = builder.Length(name), inputs = builder.Length(node.Inputs[0]);
        if ((long)perOutput * outputs > ProductLimit) throw new UnverifiableException("has more products than the analysis has memory for");
        var map = new LinearMapBuilder(inputs);
        var beside = new LinearMapBuilder(inputs);
        var bias = new double[outputs];
        for (int i = 0; i < outputs; i++)
        {
            if (!AddRow(axes, taps, i, map, beside)) bias[i] = mode.Extrapolation;
            map.EndRow();
            beside.EndRow();
        }

        // Weights are rounded to float32, and so is what stands between two axes.
        int terms = taps.Where(static t => t.Length > 0).Sum(static t => t.Max(static p => p.Positions.Length) + 2);
        builder.Add(name, new AffineNode(name, [builder.Index(node.Inputs[0])], [map.ToMap()], bias, new AffineRounding(terms) { Beside = beside.ToMap() }));
    }

    private static bool IsKept(ResizeAxis axis, ResizeMode mode) => axis.In == 1 && axis.Out == 1 && !mode.IsCrop;

    /// <summary>Adds what an output is made of.</summary>
    /// <returns>Whether it lies inside of the input.</returns>
    private static bool AddRow(ResizeAxis[] axes, (int[] Positions, double[] Weights)[][] taps, int output, LinearMapBuilder map, LinearMapBuilder beside)
    {
        List<(int Place, double Weight, double Magnitude)> row = [(0, 1, 1)];
        int inner = output, stride = 1;
        for (int a = axes.Length - 1; a >= 0; a--)
        {
            int at = inner % axes[a].Out;
            inner /= axes[a].Out;
            if (taps[a].Length > 0)
            {
                (int[] positions, double[] weights) = taps[a][at];
                if (positions.Length == 0) return false;
                var next = new List<(int, double, double)>(row.Count * positions.Length);
                foreach ((int place, double weight, double magnitude) in row)
                    for (int t = 0; t < positions.Length; t++) next.Add((place + (positions[t] * stride), weight * weights[t], magnitude * System.Math.Abs(weights[t])));
                row = next;
            }

            stride *= axes[a].In;
        }

        foreach (IGrouping<int, (int Place, double Weight, double Magnitude)> element in row.GroupBy(static r => r.Place).OrderBy(static g => g.Key))
        {
            double weight = element.Sum(static r => r.Weight);
            map.Add(element.Key, weight);
            beside.Add(element.Key, System.Math.Max(0, element.Sum(static r => r.Magnitude) - System.Math.Abs(weight)));
        }

        return true;
    }
}
