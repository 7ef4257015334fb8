using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>Random models of one normalisation or loss each.</summary>
internal static class NormalisationCases
{
    /// <summary>The operators, with what writes a random node of each. Integer inputs are called <c>target N</c> in the graph's name.</summary>
    public static IReadOnlyDictionary<string, Action<OnnxModelWriter, Random, ElementType>> All { get; } = new Dictionary<string, Action<OnnxModelWriter, Random, ElementType>>
    {
        ["LayerNormalization"] = LayerNorm,
        ["RMSNormalization"] = RmsNorm,
        ["InstanceNormalization"] = InstanceNorm,
        ["GroupNormalization 18"] = (m, r, t) => GroupNorm(m, r, t, 18),
        ["GroupNormalization 21"] = (m, r, t) => GroupNorm(m, r, t, 21),
        ["LpNormalization"] = LpNorm,
        ["LRN"] = Lrn,
        ["MeanVarianceNormalization"] = MeanVariance,
        ["NegativeLogLikelihoodLoss"] = (m, r, t) => Loss(m, r, t, "NegativeLogLikelihoodLoss"),
        ["SoftmaxCrossEntropyLoss"] = (m, r, t) => Loss(m, r, t, "SoftmaxCrossEntropyLoss"),
    };

    private static int[] Lengths(Random random, int rank, int most = 5, bool canBeEmpty = true)
        => [.. Enumerable.Range(0, rank).Select(_ => canBeEmpty && random.Next(16) == 0 ? 0 : random.Next(1, most + 1))];

    private static OnnxDim[] Dims(IEnumerable<int> lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];

    /// <summary>A shape that broadcasts to a row.</summary>
    private static int[] Operand(Random random, int[] row) => random.Next(3) switch
    {
        0 => row,
        1 => [.. row.Skip(random.Next(row.Length + 1)).Select(d => random.Next(2) == 0 ? 1 : d)],
        _ => [.. row.Select(d => random.Next(3) == 0 ? 1 : d)],
    };

    private static void LayerNorm(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 7), random.Next(4) == 0 ? 40 : 5);
        if (x.Length > 3) x = [.. x.Select(d => Math.Min(d, 4))];
        int axis = random.Next(x.Length);
        int[] row = [.. x.Skip(axis)];
        model.Input("x", type, Dims(x)).Input("scale", type, Dims(Operand(random, row)));
        bool hasShift = random.Next(3) > 0;
        if (hasShift) model.Input("shift", type, Dims(Operand(random, row)));
        bool hasStatistics = random.Next(2) == 0;
        model.Node("LayerNormalization", hasShift ? "x,scale,shift" : "x,scale", hasStatistics ? "y,mean,inverse" : "y",
            n => n.Int("axis", axis - (random.Next(2) * x.Length)).Float("epsilon", 1e-2f)).Output("y");
        if (hasStatistics) model.Output("mean").Output("inverse");
    }

    private static void RmsNorm(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 6), 6);
        int axis = random.Next(x.Length);
        ElementType scale = random.Next(4) == 0 ? ElementType.Float32 : type;
        model.Opset(23).Input("x", type, Dims(x)).Input("scale", scale, Dims(Operand(random, [.. x.Skip(axis)])))
            .Node("RMSNormalization", "x,scale", "y", n => n.Int("axis", axis - (random.Next(2) * x.Length)).Float("epsilon", 1e-2f)).Output("y");
    }

    private static void InstanceNorm(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(2, 7), 4);
        model.Input("x", type, Dims(x)).Input("scale", type, x[1]).Input("shift", type, x[1])
            .Node("InstanceNormalization", "x,scale,shift", "y", n => n.Float("epsilon", 1e-2f)).Output("y");
    }

    private static void GroupNorm(OnnxModelWriter model, Random random, ElementType type, int opset)
    {
        int groups = random.Next(1, 4);
        int[] x = Lengths(random, random.Next(2, 6), 5);
        x[1] = groups * random.Next(1, 4);
        int scales = opset == 18 ? groups : x[1];
        model.Opset(opset).Input("x", type, Dims(x)).Input("scale", type, scales).Input("shift", type, scales)
            .Node("GroupNormalization", "x,scale,shift", "y", n => n.Int("num_groups", groups).Float("epsilon", 1e-2f)).Output("y");
    }

    private static void LpNorm(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 7), 4);
        model.Input("x", type, Dims(x)).Node("LpNormalization", "x", "y", n => n.Int("axis", random.Next(-x.Length, x.Length)).Int("p", random.Next(1, 3))).Output("y");
    }

    private static void Lrn(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(2, 6), 6);
        model.Input("x", type, Dims(x)).Node("LRN", "x", "y", n => n.Int("size", random.Next(1, 9)).Float("alpha", 0.5f).Float("bias", 1.5f)).Output("y");
    }

    private static void MeanVariance(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 6), 4);
        long[] axes = [.. Enumerable.Range(0, x.Length).Where(_ => random.Next(2) == 0).Select(a => (long)(a - (random.Next(2) * x.Length)))];
        // One element has no variance: the quotient 0 / 1e-9 of float and double differ by rounding only where there are several.
        if (axes.Length == 0) axes = [0];
        foreach (long axis in axes) x[axis < 0 ? axis + x.Length : axis] += 2;
        model.Input("x", type, Dims(x)).Node("MeanVarianceNormalization", "x", "y", n => n.Ints("axes", axes)).Output("y");
    }

    private static void Loss(OnnxModelWriter model, Random random, ElementType type, string op)
    {
        int[] x = Lengths(random, random.Next(2, 7), 3);
        x[1] = random.Next(1, 6);
        int[] target = [x[0], .. x.Skip(2)];
        string reduction = new[] { "none", "sum", "mean" }[random.Next(3)];
        if (reduction == "mean") x = [.. x.Select(d => Math.Max(d, 1))];
        target = [x[0], .. x.Skip(2)];
        model.GraphName("target " + x[1]).Input("x", type, Dims(x)).Input("target", random.Next(2) == 0 ? ElementType.Int64 : ElementType.Int32, Dims(target));
        string inputs = "x,target";
        if (random.Next(2) == 0)
        {
            model.Input("weight", type, x[1]);
            inputs += ",weight";
        }

        bool hasLogarithms = op == "SoftmaxCrossEntropyLoss" && random.Next(2) == 0;
        long? ignored = random.Next(3) == 0 ? random.Next(x[1]) : null;
        model.Node(op, inputs, hasLogarithms ? "y,log" : "y", n => _ = ignored is { } i ? n.String("reduction", reduction).Int("ignore_index", i) : n.String("reduction", reduction)).Output("y");
        if (hasLogarithms) model.Output("log");
    }
}
