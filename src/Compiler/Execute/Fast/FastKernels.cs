using System;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>The operators that the fast evaluator computes itself, for float32.</summary>
internal static class FastKernels
{
    /// <summary>Computes the node's first output; null where the reference evaluation has to.</summary>
    public static FastValue? TryRun(Node node, ImmutableArray<FastValue?> inputs, TensorType? type)
    {
        if (node.Operator.Domain.Length > 0 || type is not { ElementType: ElementType.Float32, IsStatic: true }) return null;
        int[] lengths = type.Shape!.ToArray();
        if (node.Operator.Name is "Resize" or "Upsample") return FastResize.TryRun(node, inputs, lengths);
        if (inputs.Any(i => i is not null && i.ElementType != ElementType.Float32)) return null;
        return node.Operator.Name switch
        {
            "Conv" => Conv(node, inputs, lengths),
            "ConvTranspose" => FastTransposedConvolution.TryRun(node, inputs, lengths),
            "Gemm" => Gemm(node, inputs, lengths),
            "MatMul" => MatMul(inputs, lengths),
            "Relu" => new FastValue(Map(inputs[0]!.Floats, x => Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x), x => x < 0 ? 0 : x), lengths),
            "Clip" => Clip(node, inputs, lengths),
            "LeakyRelu" => LeakyRelu(inputs[0]!.Floats, node.Attributes.Float("alpha", 0.01f), lengths),
            "Add" when inputs[0]!.Lengths.SequenceEqual(inputs[1]!.Lengths) => new FastValue(Add(inputs[0]!.Floats, inputs[1]!.Floats), lengths),
            "Reshape" or "Flatten" or "Identity" or "Squeeze" or "Unsqueeze" => new FastValue(inputs[0]!.Floats, lengths),
            _ => null,
        };
    }

    private static FastValue Clip(Node node, ImmutableArray<FastValue?> inputs, int[] lengths)
    {
        float low = Bound(1, node.Attributes.Float("min", float.NegativeInfinity)), high = Bound(2, node.Attributes.Float("max", float.PositiveInfinity));
        var lows = new Vector<float>(low);
        var highs = new Vector<float>(high);
        // Comparisons and not Min and Max: NaN stays, and where the bounds cross the upper one wins.
        return new FastValue(
            Map(
                inputs[0]!.Floats,
                x =>
                {
                    x = Vector.ConditionalSelect(Vector.LessThan(x, lows), lows, x);
                    return Vector.ConditionalSelect(Vector.GreaterThan(x, highs), highs, x);
                },
                x =>
                {
                    x = x < low ? low : x;
                    return x > high ? high : x;
                }),
            lengths);

        float Bound(int input, float fallback) => input < inputs.Length && inputs[input] is { } bound ? bound.Floats[0] : fallback;
    }

    private static FastValue LeakyRelu(float[] x, float alpha, int[] lengths)
        => new(Map(x, v => Vector.ConditionalSelect(Vector.LessThan(v, Vector<float>.Zero), v * alpha, v), v => v < 0 ? v * alpha : v), lengths);

    private static FastValue? Conv(Node node, ImmutableArray<FastValue?> inputs, int[] lengths)
    {
        int[] x = inputs[0]!.Lengths;
        int[] w = inputs[1]!.Lengths;
        if (x.Length != 4 || node.Attributes.String("auto_pad", "NOTSET") is not ("NOTSET" or "VALID" or "")) return null;
        int Number(string attribute, int index, int fallback) => node.Attributes.Ints(attribute) is { } values && index < values.Length ? (int)values[index] : fallback;
        bool padded = node.Attributes.String("auto_pad", "NOTSET") != "VALID";
        var size = new ConvolutionSize(
            (int)node.Attributes.Int("group", 1), x[1], x[2], x[3], w[0], lengths[2], lengths[3], w[2], w[3],
            Number("strides", 0, 1), Number("strides", 1, 1), Number("dilations", 0, 1), Number("dilations", 1, 1),
            padded ? Number("pads", 0, 0) : 0, padded ? Number("pads", 1, 0) : 0);
        var y = new float[lengths.Aggregate(1, (a, b) => a * b)];
        for (int n = 0; n < x[0]; n++)
            FastConvolution.Run(inputs[0]!.Floats, n * x[1] * x[2] * x[3], inputs[1]!.Floats, inputs.Length > 2 ? inputs[2]?.Floats : null, y, n * lengths[1] * lengths[2] * lengths[3], size);
        return new FastValue(y, lengths);
    }

    private static FastValue? Gemm(Node node, ImmutableArray<FastValue?> inputs, int[] lengths)
    {
        if (node.Attributes.Int("transA", 0) != 0 || node.Attributes.Float("alpha", 1) != 1 || node.Attributes.Float("beta", 1) != 1) return null;
        int depth = inputs[0]!.Lengths[1];
        var packed = new float[BlockedGemm.PackedLength(depth, lengths[1])];
        BlockedGemm.Pack(inputs[1]!.Floats, 0, depth, lengths[1], node.Attributes.Int("transB", 0) != 0, packed);
        var y = new float[lengths[0] * lengths[1]];
        BlockedGemm.Run(inputs[0]!.Floats, 0, packed, null, 0, y, 0, lengths[0], depth, lengths[1]);
        if (inputs.Length > 2 && inputs[2] is { } c)
        {
            var reader = new BroadcastReader(c.Lengths, lengths);
            for (int i = 0; i < y.Length; i++) y[i] += c.Floats[reader.IndexOf(i)];
        }

        return new FastValue(y, lengths);
    }

    private static FastValue? MatMul(ImmutableArray<FastValue?> inputs, int[] lengths)
    {
        int[] a = inputs[0]!.Lengths;
        int[] b = inputs[1]!.Lengths;
        if (a.Length < 2 || b.Length < 2) return null;
        int depth = a[^1];
        int rows = lengths[^2];
        int columns = lengths[^1];
        int[] batch = [.. lengths.Take(lengths.Length - 2)];
        var readA = new BroadcastReader([.. a.Take(a.Length - 2)], batch);
        var readB = new BroadcastReader([.. b.Take(b.Length - 2)], batch);
        int count = batch.Aggregate(1, (p, q) => p * q);
        var y = new float[count * rows * columns];
        var packed = new float[BlockedGemm.PackedLength(depth, columns)];
        int packedFrom = -1;
        for (int n = 0; n < count; n++)
        {
            int from = readB.IndexOf(n);
            if (from != packedFrom) BlockedGemm.Pack(inputs[1]!.Floats, from * depth * columns, depth, columns, transposed: false, packed);
            packedFrom = from;
            BlockedGemm.Run(inputs[0]!.Floats, readA.IndexOf(n) * rows * depth, packed, null, 0, y, n * rows * columns, rows, depth, columns);
        }

        return new FastValue(y, lengths);
    }

    private static float[] Map(float[] x, Func<Vector<float>, Vector<float>> vector, Func<float, float> scalar)
    {
        var y = new float[x.Length];
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count) vector(new Vector<float>(x, i)).CopyTo(y, i);
        for (; i < x.Length; i++) y[i] = scalar(x[i]);
        return y;
    }

    private static float[] Add(float[] a, float[] b)
    {
        var y = new float[a.Length];
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count) (new Vector<float>(a, i) + new Vector<float>(b, i)).CopyTo(y, i);
        for (; i < a.Length; i++) y[i] = a[i] + b[i];
        return y;
    }
}
