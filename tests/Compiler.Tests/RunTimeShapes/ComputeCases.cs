using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Random models of operators that compute, for tests that open their shapes. No axis is empty.</summary>
internal static class ComputeCases
{
    private static readonly string[] Reductions = ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSumExp"];

    /// <summary>The operators, each with what writes a random node of it.</summary>
    public static IReadOnlyDictionary<string, Action<OnnxModelWriter, Random, ElementType>> All { get; } = new Dictionary<string, Action<OnnxModelWriter, Random, ElementType>>
    {
        ["Reduce"] = Reduce,
        ["Softmax"] = Softmax,
        ["Arg"] = Arg,
        ["CumProd"] = CumProd,
        ["MatMul"] = MatMul,
        ["Gemm"] = Gemm,
        ["TopK"] = TopK,
        ["Unique"] = Unique,
        ["Compress"] = Compress,
        ["NonZero"] = NonZero,
        ["Shape"] = Shape,
        ["Squeeze"] = Squeeze,
    };

    /// <summary>Whether the specification allows the element type.</summary>
    public static bool Allows(string op, ElementType type) => op switch
    {
        "Softmax" => type.IsFloat(),
        "MatMul" or "Gemm" => type is not (ElementType.UInt8 or ElementType.Bool),
        "Reduce" or "Arg" or "CumProd" or "TopK" => type != ElementType.Bool,
        _ => true,
    };

    private static int[] Lengths(Random random, int rank) => [.. Enumerable.Range(0, rank).Select(_ => random.Next(1, 5))];

    private static OnnxDim[] Dims(IEnumerable<int> lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];

    private static int Axis(Random random, int rank) => random.Next(-rank, rank);

    private static void Reduce(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5));
        long[] axes = [.. Enumerable.Range(0, x.Length).Where(_ => random.Next(2) == 0).Select(a => (long)(a - (random.Next(2) * x.Length)))];
        model.Opset(18).Input("x", type, Dims(x)).Initializer("axes", axes, axes.Length)
            .Node("Reduce" + Reductions[random.Next(Reductions.Length)], "x,axes", "y", n => n.Int("keepdims", random.Next(2)).Int("noop_with_empty_axes", random.Next(2))).Output("y");
    }

    private static void Softmax(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5));
        string op = new[] { "Softmax", "LogSoftmax", "Hardmax" }[random.Next(3)];
        model.Opset(random.Next(2) == 0 ? 11 : 13).Input("x", type, Dims(x)).Node(op, "x", "y", n => n.Int("axis", Axis(random, x.Length))).Output("y");
    }

    private static void Arg(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5));
        model.Opset(13).Input("x", type, Dims(x))
            .Node(random.Next(2) == 0 ? "ArgMax" : "ArgMin", "x", "y", n => n.Int("axis", Axis(random, x.Length)).Int("keepdims", random.Next(2)).Int("select_last_index", random.Next(2))).Output("y");
    }

    private static void CumProd(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 4));
        model.Opset(26).Input("x", type, Dims(x)).Initializer("axis", [(long)Axis(random, x.Length)])
            .Node("CumProd", "x,axis", "y", n => n.Int("reverse", random.Next(2)).Int("exclusive", random.Next(2))).Output("y");
    }

    private static void MatMul(OnnxModelWriter model, Random random, ElementType type)
    {
        int depth = random.Next(1, 6);
        int[] batch = Lengths(random, random.Next(3));
        int[] other = [.. batch.Skip(random.Next(batch.Length + 1)).Select(d => random.Next(3) == 0 ? 1 : d)];
        int[] a = random.Next(5) == 0 ? [depth] : [.. batch, random.Next(1, 5), depth];
        int[] b = random.Next(5) == 0 ? [depth] : [.. other, depth, random.Next(1, 5)];
        model.Input("a", type, Dims(a)).Input("b", type, Dims(b)).Node("MatMul", "a,b", "y").Output("y");
    }

    private static void Gemm(OnnxModelWriter model, Random random, ElementType type)
    {
        int m = random.Next(1, 5);
        int k = random.Next(1, 6);
        int n = random.Next(1, 5);
        bool transA = random.Next(2) == 0;
        bool transB = random.Next(2) == 0;
        int[][] addends = [[], [1], [n], [m, 1], [1, n], [m, n]];
        int addend = random.Next(addends.Length + 1);
        model.Input("a", type, Dims(transA ? [k, m] : [m, k])).Input("b", type, Dims(transB ? [n, k] : [k, n]));
        if (addend < addends.Length) model.Input("c", type, Dims(addends[addend]));
        model.Node("Gemm", addend < addends.Length ? "a,b,c" : "a,b", "y", w => w.Int("transA", transA ? 1 : 0).Int("transB", transB ? 1 : 0).Float("alpha", random.Next(2) == 0 ? 1 : 2).Float("beta", random.Next(2) == 0 ? 1 : 3)).Output("y");
    }

    private static void TopK(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 4));
        int axis = Axis(random, x.Length);
        model.Opset(11).Input("x", type, Dims(x)).Initializer("k", [(long)random.Next(1 + x[axis < 0 ? axis + x.Length : axis])], 1)
            .Node("TopK", "x,k", "y,i", n => n.Int("axis", axis).Int("largest", random.Next(2))).Output("y").Output("i");
    }

    private static void Unique(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 4));
        bool hasAxis = random.Next(2) == 0;
        model.Opset(11).Input("x", type, Dims(x)).Node("Unique", "x", "y,i,v,c", n =>
        {
            n.Int("sorted", random.Next(2));
            if (hasAxis) n.Int("axis", Axis(random, x.Length));
        }).Output("y").Output("i").Output("v").Output("c");
    }

    private static void Compress(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 4));
        int axis = Axis(random, x.Length);
        bool hasAxis = random.Next(2) == 0;
        int length = hasAxis ? x[axis < 0 ? axis + x.Length : axis] : x.Aggregate(1, (a, b) => a * b);
        model.Opset(11).Input("x", type, Dims(x)).Input("mask", ElementType.Bool, random.Next(1, length + 1)).Node("Compress", "x,mask", "y", n =>
        {
            if (hasAxis) n.Int("axis", axis);
        }).Output("y");
    }

    private static void NonZero(OnnxModelWriter model, Random random, ElementType type)
        => model.Input("x", type, Dims(Lengths(random, random.Next(4)))).Node("NonZero", "x", "y").Output("y");

    private static void Shape(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5));
        model.Opset(15).Input("x", type, Dims(x)).Node("Shape", "x", "y", n => n.Int("start", random.Next(-x.Length - 1, x.Length + 1)).Int("end", random.Next(-x.Length - 1, x.Length + 2))).Node("Size", "x", "z").Output("y").Output("z");
    }

    private static void Squeeze(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = [random.Next(1, 4), 1, random.Next(1, 4), 1];
        model.Opset(13).Input("x", type, Dims(x)).Initializer("axes", [1L, -1L], 2).Node("Squeeze", "x,axes", "z").Initializer("new", [0L, 2L], 2).Node("Unsqueeze", "z,new", "y").Output("y");
    }
}
