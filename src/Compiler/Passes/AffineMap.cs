using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;

namespace RedGen.Compiler.Passes;

/// <summary>
/// x · scale + shift with constants that vary along some axes of x only, in double: what batch normalisations and arithmetic
/// with constants come to. Maps are composed before they are folded into weights, so that weights are rounded once.
/// </summary>
/// <param name="Scale">The factor of each channel.</param>
/// <param name="Shift">The term of each channel.</param>
internal sealed record AffineMap(double[] Scale, double[] Shift)
{
    /// <summary>Factors beyond these powers of two would bring weights near overflow or underflow, where rounding is coarse.</summary>
    private static readonly double LargestScale = Math.Pow(2, 40);

    /// <summary>Real chains have two or three maps; the time that a pass takes must not grow with the product of nodes and channels.</summary>
    public const int LongestChain = 16;

    /// <summary>The map that changes nothing.</summary>
    public static AffineMap Identity(int channels) => new([.. Enumerable.Repeat(1.0, channels)], new double[channels]);

    /// <summary>Whether folding it keeps float arithmetic in its normal range.</summary>
    public bool IsSafe => Scale.All(s => s == 0 || (Math.Abs(s) <= LargestScale && Math.Abs(s) >= 1 / LargestScale)) && Shift.All(t => Math.Abs(t) <= LargestScale);

    /// <summary>Whether it only multiplies.</summary>
    public bool HasNoShift => Shift.All(t => t == 0);

    /// <summary>This map, then another.</summary>
    public AffineMap Then(AffineMap next) => new(
        [.. Scale.Select((s, i) => s * next.Scale[i])],
        [.. Shift.Select((t, i) => (t * next.Scale[i]) + next.Shift[i])]);

    /// <summary>
    /// The map that a node is for one of its inputs, or null where it is none, or where its constants vary along other axes than
    /// those from <paramref name="first"/> to <paramref name="last"/>. The channels are the positions along these axes.
    /// </summary>
    public static AffineMap? Read(GraphBuilder builder, Node node, string data, int first, int last)
    {
        if (node.Operator.Domain.Length > 0 || builder.TensorTypeOf(data) is not { IsStatic: true } type || !type.ElementType.IsFloat()) return null;
        if (!builder.HaveSameType(data, node.Outputs[0])) return null;
        int[] lengths = type.Shape!.ToArray();
        int channels = lengths.Skip(first).Take(last - first + 1).Aggregate(1, (a, b) => a * b);
        if (node.Is("BatchNormalization")) return BatchNormalization.IsTraining(node) ? null : ReadNormalisation(builder, node, data, lengths, first, last);
        if (node.Is("Neg")) return new([.. Enumerable.Repeat(-1.0, channels)], new double[channels]);
        if (node.Inputs.Length != 2 || node.Inputs[0] == node.Inputs[1] || node.BroadcastsAlongAxis()) return null;
        bool isFirst = node.Inputs[0] == data;
        if (builder.ConstantOf(node.Inputs[isFirst ? 1 : 0]) is not { } other || !VariesOnlyAlong([.. other.Dimensions], lengths, first, last)) return null;
        if (builder.Reals(node.Inputs[isFirst ? 1 : 0]) is not { } constant) return null;
        double[] values = Spread(constant, lengths, first, last);
        double[] ones = [.. Enumerable.Repeat(1.0, values.Length)];
        return node.Operator.Name switch
        {
            "Mul" => new(values, new double[values.Length]),
            "Div" when isFirst => new([.. values.Select(v => 1 / v)], new double[values.Length]),
            "Add" => new(ones, values),
            "Sub" when isFirst => new(ones, [.. values.Select(v => -v)]),
            "Sub" => new([.. ones.Select(o => -o)], values),
            _ => null,
        };
    }

    private static AffineMap? ReadNormalisation(GraphBuilder builder, Node node, string data, int[] lengths, int first, int last)
    {
        bool isInference = node.Attributes.Int("training_mode", 0) == 0 && node.Attributes.Int("spatial", 1) != 0
            && (node.Operator.Version >= 7 || node.Attributes.Int("is_test", 0) != 0);
        if (!isInference || node.Inputs[0] != data || node.Inputs.Length < 5 || node.Outputs.Skip(1).Any(o => o.Length > 0) || lengths.Length < 2) return null;
        var parameters = new double[4][];
        int[] shape = [.. lengths.Select((l, axis) => axis == 1 ? l : 1)];
        for (int i = 0; i < 4; i++)
        {
            if (builder.Reals(node.Inputs[i + 1]) is not { } constant || constant.Count != lengths[1]) return null;
            if (!VariesOnlyAlong(shape, lengths, first, last)) return null;
            parameters[i] = Spread(constant.Reshape(shape), lengths, first, last);
        }

        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        double[] scale = [.. parameters[0].Select((gamma, i) => gamma / Math.Sqrt(parameters[3][i] + epsilon))];
        return new(scale, [.. parameters[1].Select((beta, i) => beta - (parameters[2][i] * scale[i]))]);
    }

    /// <summary>Whether a constant that broadcasts to a tensor has length 1 outside the axes from first to last.</summary>
    private static bool VariesOnlyAlong(int[] constant, int[] lengths, int first, int last)
    {
        int offset = lengths.Length - constant.Length;
        return offset >= 0 && !constant.Where((l, i) => l != 1 && (i + offset < first || i + offset > last)).Any();
    }

    /// <summary>A constant's elements along the axes from first to last of a tensor that it broadcasts to.</summary>
    private static double[] Spread(ReferenceTensor constant, int[] lengths, int first, int last)
    {
        int offset = lengths.Length - constant.Rank;
        int[] aligned = [.. constant.Lengths.Where((_, i) => i + offset >= first && i + offset <= last)];
        int[] inner = [.. lengths.Skip(first).Take(last - first + 1)];
        var reader = new BroadcastReader(aligned, inner);
        return [.. Enumerable.Range(0, inner.Aggregate(1, (a, b) => a * b)).Select(i => constant.Reals![reader.IndexOf(i)])];
    }
}
