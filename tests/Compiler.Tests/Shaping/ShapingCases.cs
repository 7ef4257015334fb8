using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Shaping;

/// <summary>Random models of one operator each, with random shapes and parameters that fit.</summary>
internal static class ShapingCases
{
    /// <summary>The operators, with what writes a random node of each. The model's inputs are x (of the type) and what the writer adds.</summary>
    public static IReadOnlyDictionary<string, Action<OnnxModelWriter, Random, ElementType>> All { get; } = new Dictionary<string, Action<OnnxModelWriter, Random, ElementType>>
    {
        ["Transpose"] = Transpose,
        ["Slice"] = Slice,
        ["Concat"] = Concat,
        ["Split"] = Split,
        ["Expand"] = Expand,
        ["Tile"] = Tile,
        ["Pad"] = Pad,
        ["Gather"] = (m, r, t) => Gather(m, r, t, isConstant: false),
        ["Gather of constants"] = (m, r, t) => Gather(m, r, t, isConstant: true),
        ["DepthToSpace"] = DepthToSpace,
        ["SpaceToDepth"] = SpaceToDepth,
        ["Reshape"] = Reshape,
        ["GatherElements"] = (m, r, t) => Elements(m, r, t, "GatherElements"),
        ["ScatterElements"] = (m, r, t) => Elements(m, r, t, "ScatterElements"),
        ["GatherND"] = (m, r, t) => Tuples(m, r, t, isScatter: false),
        ["ScatterND"] = (m, r, t) => Tuples(m, r, t, isScatter: true),
        ["OneHot"] = OneHot,
        ["Dropout"] = (m, r, t) => X(m, t, Lengths(r, 4)).Node("Dropout", "x", "y,mask").Output("y").Output("mask"),
        ["Trilu"] = Trilu,
        ["CumSum"] = CumSum,
    };

    /// <summary>Whether the specification allows the element type.</summary>
    public static bool Allows(string op, ElementType type) => op switch
    {
        "Dropout" => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16,
        "CumSum" => type is not ElementType.Bool && !type.IsNarrow(),
        "Trilu" => !type.IsNarrow(),
        _ => true,
    };

    private static int[] Lengths(Random random, int rank, int most = 5) => [.. Enumerable.Range(0, rank).Select(_ => random.Next(12) == 0 ? 0 : random.Next(1, most + 1))];

    private static int[] FilledLengths(Random random, int rank, int most = 5) => [.. Enumerable.Range(0, rank).Select(_ => random.Next(1, most + 1))];

    private static OnnxModelWriter X(OnnxModelWriter model, ElementType type, int[] lengths) => model.Input("x", type, Dims(lengths));

    private static OnnxDim[] Dims(IEnumerable<int> lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];

    private static long[] Shuffled(Random random, int rank) => [.. Enumerable.Range(0, rank).Select(a => (long)a).OrderBy(_ => random.Next())];

    private static void Transpose(OnnxModelWriter model, Random random, ElementType type)
    {
        // Now and then large enough for tiles.
        int[] x = random.Next(5) == 0 ? [random.Next(1, 4), random.Next(30, 90), random.Next(30, 90)] : Lengths(random, random.Next(9));
        X(model, type, x).Node("Transpose", "x", "y", n => n.Ints("perm", Shuffled(random, x.Length))).Output("y");
    }

    private static void Slice(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 6), 9);
        long[] axes = [.. Shuffled(random, x.Length).Take(random.Next(1, x.Length + 1))];
        long[] steps = [.. axes.Select(_ => (long)random.Next(1, 4) * (random.Next(2) == 0 ? 1 : -1))];
        long[] starts = [.. axes.Select(_ => random.Next(8) == 0 ? int.MinValue : (long)random.Next(-12, 12))];
        long[] ends = [.. axes.Select(_ => random.Next(4) switch { 0 => int.MaxValue, 1 => long.MinValue, _ => random.Next(-12, 12) })];
        X(model, type, x).Initializer("starts", starts, axes.Length).Initializer("ends", ends, axes.Length).Initializer("axes", axes, axes.Length)
            .Initializer("steps", steps, axes.Length).Node("Slice", "x,starts,ends,axes,steps", "y").Output("y");
    }

    private static void Concat(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 6), 7);
        int axis = random.Next(x.Length);
        int count = random.Next(1, 5);
        X(model, type, x);
        for (int i = 1; i < count; i++)
        {
            int[] other = [.. x];
            other[axis] = random.Next(5);
            model.Input("x" + i, type, Dims(other));
        }

        model.Node("Concat", string.Join(",", Enumerable.Range(0, count).Select(i => i == 0 ? "x" : "x" + i)), "y", n => n.Int("axis", axis - (random.Next(2) * x.Length))).Output("y");
    }

    private static void Split(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] parts = Lengths(random, random.Next(1, 5));
        int[] x = Lengths(random, random.Next(1, 6));
        int axis = random.Next(x.Length);
        x[axis] = parts.Sum();
        X(model, type, x).Initializer("parts", [.. parts.Select(p => (long)p)], parts.Length)
            .Node("Split", "x,parts", string.Join(",", parts.Select((_, i) => "y" + i)), n => n.Int("axis", axis));
        for (int i = 0; i < parts.Length; i++)
            if (i == 0 || random.Next(3) > 0) model.Output("y" + i);
    }

    private static void Expand(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] y = Lengths(random, random.Next(1, 7));
        int[] x = [.. y.Skip(random.Next(y.Length)).Select(d => random.Next(2) == 0 ? 1 : d)];
        X(model, type, x).Initializer("shape", [.. y.Select(d => (long)d)], y.Length).Node("Expand", "x,shape", "y").Output("y");
    }

    private static void Tile(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 6), 4);
        X(model, type, x).Initializer("repeats", [.. x.Select(_ => (long)random.Next(random.Next(8) == 0 ? 0 : 1, 4))], x.Length).Node("Tile", "x,repeats", "y").Output("y");
    }

    private static void Pad(OnnxModelWriter model, Random random, ElementType type)
    {
        string mode = new[] { "constant", "edge", "reflect", "wrap" }[random.Next(4)];
        int[] x = FilledLengths(random, random.Next(1, 5), 6);
        if (random.Next(2) == 0) x[^1] += 15;
        // What is cut leaves at least one element to mirror.
        long[] pads = [.. x.Concat(x).Select(d => (long)random.Next(-(d - 1) / 2, 5))];
        model.Opset(19);
        X(model, type, x).Initializer("pads", pads, pads.Length);
        string inputs = "x,pads";
        if (mode == "constant" && random.Next(2) == 0)
        {
            model.Input("value", type);
            inputs += ",value";
        }

        model.Node("Pad", inputs, "y", n => n.String("mode", mode)).Output("y");
    }

    private static void Gather(OnnxModelWriter model, Random random, ElementType type, bool isConstant)
    {
        int[] x = FilledLengths(random, random.Next(1, 5), 8);
        int axis = random.Next(x.Length);
        int[] indices = Lengths(random, random.Next(4), 4);
        X(model, type, x);
        Indices(model, random, "indices", indices, x[axis], isConstant);
        model.Node("Gather", "x,indices", "y", n => n.Int("axis", axis)).Output("y");
    }

    /// <summary>Indices from −length to length − 1: a constant, or an input that the test fills by the bound in its name.</summary>
    private static void Indices(OnnxModelWriter model, Random random, string name, int[] lengths, int bound, bool isConstant)
    {
        if (!isConstant) model.Input(name, ElementType.Int64, Dims(lengths)).GraphName("bound " + bound);
        else model.Initializer(name, [.. Enumerable.Range(0, lengths.Aggregate(1, (a, b) => a * b)).Select(_ => (long)random.Next(-bound, bound))], lengths);
    }

    private static void DepthToSpace(OnnxModelWriter model, Random random, ElementType type)
    {
        int block = random.Next(1, 4);
        int[] x = Lengths(random, 4, 4);
        x[1] *= block * block;
        X(model, type, x).Node("DepthToSpace", "x", "y", n => n.Int("blocksize", block).String("mode", random.Next(2) == 0 ? "DCR" : "CRD")).Output("y");
    }

    private static void SpaceToDepth(OnnxModelWriter model, Random random, ElementType type)
    {
        int block = random.Next(1, 4);
        int[] x = Lengths(random, 4, 4);
        x[2] *= block;
        x[3] *= block;
        X(model, type, x).Node("SpaceToDepth", "x", "y", n => n.Int("blocksize", block)).Output("y");
    }

    /// <summary>The idiom of exporters: the shape is computed from the input's, and folds.</summary>
    private static void Reshape(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = FilledLengths(random, random.Next(1, 6));
        int axis = random.Next(x.Length);
        X(model, type, x).Initializer("axis", [axis], 1).Initializer("rest", [-1], 1)
            .Node("Shape", "x", "shape").Node("Gather", "shape,axis", "length").Node("Concat", "length,rest", "target", n => n.Int("axis", 0))
            .Node("Reshape", "x,target", "z").Node("Transpose", "z", "y").Output("y");
    }

    private static void Elements(OnnxModelWriter model, Random random, ElementType type, string op)
    {
        int[] x = FilledLengths(random, random.Next(1, 5), 6);
        int axis = random.Next(x.Length);
        int[] indices = [.. x.Select((d, a) => a == axis ? random.Next(d + 1) : random.Next(1, d + 1))];
        X(model, type, x);
        Indices(model, random, "indices", indices, x[axis], isConstant: false);
        model.Opset(18);
        if (op == "GatherElements")
        {
            model.Node(op, "x,indices", "y", n => n.Int("axis", axis)).Output("y");
            return;
        }

        model.Input("updates", type, Dims(indices)).Node(op, "x,indices,updates", "y", n => n.Int("axis", axis).String("reduction", Reduction(random, type))).Output("y");
    }

    /// <summary>Sums and products of many halves differ from those of doubles, so halves are compared where nothing is rounded.</summary>
    private static string Reduction(Random random, ElementType type) => type == ElementType.Bool || type.IsNarrow() ? "none"
        : new[] { "none", "max", "min", "add", "mul" }[random.Next(type.IsFloat() ? 3 : 5)];

    private static void Tuples(OnnxModelWriter model, Random random, ElementType type, bool isScatter)
    {
        // All indexed axes have one length, so that one bound holds for all indices.
        int rank = random.Next(1, 5);
        int length = random.Next(1, 6);
        int[] x = [.. Enumerable.Repeat(length, rank)];
        int depth = random.Next(1, rank + 1);
        int batch = isScatter || depth == rank ? 0 : random.Next(0, rank - depth + 1);
        int[] indices = [.. x.Take(batch), .. Lengths(random, random.Next(3), 4), depth];
        X(model, type, x);
        Indices(model, random, "indices", indices, length, isConstant: false);
        model.Opset(18);
        if (!isScatter) model.Node("GatherND", "x,indices", "y", n => n.Int("batch_dims", batch)).Output("y");
        else
            model.Input("updates", type, Dims(indices.Take(indices.Length - 1).Concat(x.Skip(depth))))
                .Node("ScatterND", "x,indices,updates", "y", n => n.String("reduction", Reduction(random, type))).Output("y");
    }

    private static void OneHot(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] indices = Lengths(random, random.Next(4));
        int depth = random.Next(0, 6);
        Indices(model, random, "indices", indices, depth + 2, isConstant: false);
        model.Initializer("depth", [depth], 1).Input("values", type, 2)
            .Node("OneHot", "indices,depth,values", "y", n => n.Int("axis", random.Next(-indices.Length - 1, indices.Length + 1))).Output("y");
    }

    private static void Trilu(OnnxModelWriter model, Random random, ElementType type)
    {
        X(model, type, Lengths(random, random.Next(2, 5)));
        if (random.Next(2) == 0) model.Input("k", ElementType.Int64).GraphName("bound 9");
        else model.Initializer("k", [random.Next(-6, 7)]);
        model.Node("Trilu", "x,k", "y", n => n.Int("upper", random.Next(2))).Output("y");
    }

    private static void CumSum(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5), type == ElementType.Float16 ? 2 : 5);
        X(model, type, x).Initializer("axis", [random.Next(-x.Length, x.Length)])
            .Node("CumSum", "x,axis", "y", n => n.Int("exclusive", random.Next(2)).Int("reverse", random.Next(2))).Output("y");
    }

    /// <summary>Random elements; indices up to the bound in the graph's name.</summary>
    public static ReferenceTensor Fill(Value input, Random random, string graphName)
    {
        var type = (TensorType)input.Type!;
        int[] lengths = type.Shape!.ToArray();
        if (input.Name is not ("indices" or "k")) return RandomTensor.Of(type.ElementType, random.Next(), lengths);
        int bound = int.Parse(graphName.AsSpan("bound ".Length), CultureInfo.InvariantCulture);
        var indices = new long[type.Shape.ElementCount];
        for (int i = 0; i < indices.Length; i++) indices[i] = random.Next(-bound, bound);
        return new ReferenceTensor(ElementType.Int64, lengths, indices);
    }
}
