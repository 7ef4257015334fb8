using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>BatchNormalization that was not folded into a layer: a factor and a constant by channel.</summary>
internal static class BatchNormRule
{
    /// <summary>Operations of an element beyond the sum that the analysis allows for: subtraction, root, division, product.</summary>
    private const int Operations = 6;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        if (node.Outputs.Skip(1).Any(static o => o.Length > 0) || node.Attributes.Int("training_mode", 0) != 0) throw new UnverifiableException("computes statistics");
        double[][] p = [.. node.Inputs.Skip(1).Take(4).Select(builder.Constant)];
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        int[] x = builder.Graph.TensorTypeOf(node.Inputs[0])!.Shape!.ToArray();
        int channels = p[0].Length;
        int length = x.Skip(2).Aggregate(1, static (a, b) => a * b);
        double[] factor = [.. Enumerable.Range(0, channels).Select(c => p[0][c] / Math.Sqrt(p[3][c] + epsilon))];
        int count = builder.Length(node.Outputs[0]);
        int[] channel = [.. Enumerable.Range(0, count).Select(i => i / length % channels)];
        LinearMap map = LinearMapBuilder.Selection(count, [.. Enumerable.Range(0, count)], [.. channel.Select(c => factor[c])]);
        // The mean's share of the constant cancels where it is large: both parts count towards the error.
        double[] bias = [.. channel.Select(c => p[1][c] - (p[2][c] * factor[c]))];
        double[] magnitude = [.. channel.Select(c => Math.Abs(p[1][c]) + Math.Abs(p[2][c] * factor[c]))];
        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(node.Inputs[0])], [map], bias, new AffineRounding(Operations) { Constants = [.. magnitude] }));
    }
}
