using System;
using System.Collections.Generic;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Shaping;

/// <summary>A model whose shapes follow from values of run time, and values that give the shape that it declares.</summary>
/// <param name="Source">The model.</param>
/// <param name="Parameters">Right values by input; the other inputs are data.</param>
internal sealed record RunTimeCase(ModelSource Source, IReadOnlyDictionary<string, Tensor> Parameters);

/// <summary>Random models with constant parameters, turned into ones that get them at run time and declare the shapes.</summary>
internal static class RunTimeCases
{
    /// <summary>The operators, with what writes a random node of each, its parameters as constants.</summary>
    public static IReadOnlyDictionary<string, Action<OnnxModelWriter, Random, ElementType>> All { get; } = new Dictionary<string, Action<OnnxModelWriter, Random, ElementType>>
    {
        ["Reshape"] = Reshape,
        ["Squeeze"] = Squeeze,
        ["Unsqueeze"] = Unsqueeze,
        ["Expand"] = ShapingCases.All["Expand"],
        ["Tile"] = ShapingCases.All["Tile"],
        ["Split"] = ShapingCases.All["Split"],
        ["ConstantOfShape"] = ConstantOfShape,
        ["Slice"] = ShapingCases.All["Slice"],
        ["Slice by int32"] = NarrowSlice,
        ["Pad"] = ShapingCases.All["Pad"],
        ["Pad along axes"] = PadAlongAxes,
        ["Range"] = Range,
        ["OneHot"] = OneHot,
        ["CumSum"] = ShapingCases.All["CumSum"],
        ["Reduce"] = Reduce,
        ["Resize to sizes"] = ResizeToSizes,
        ["Resize by scales"] = ResizeByScales,
    };

    /// <summary>Whether the specification allows the element type.</summary>
    public static bool Allows(string op, ElementType type) => op is "Range" ? type is not (ElementType.Bool or ElementType.UInt8) : ShapingCases.Allows(op, type);

    /// <summary>Whether only one list of values gives a shape, so that no other is accepted.</summary>
    public static bool ShapeTellsAll(string op) => op is "Tile" or "Split" or "ConstantOfShape" or "OneHot" or "Resize to sizes";

    /// <summary>What code may differ from the reference by: that adds up in another order or precision.</summary>
    public static double Tolerance(string op) => op is "CumSum" or "Reduce" ? 4e-3 : op.StartsWith("Resize", StringComparison.Ordinal) ? 1e-5 : 0;

    /// <summary>Makes the constants of a model its inputs; the shapes that they give are declared, or left open.</summary>
    public static RunTimeCase Open(OnnxModelWriter writer, bool isDeclared = true)
    {
        CompilationResult fixedModel = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact with { Optimise = false });
        Assert.True(fixedModel.Success, string.Join("\n", fixedModel.Diagnostics));
        Dictionary<string, Tensor> parameters = writer.ToModel().Graph.Initializers.ToDictionary(i => i.Key, i => i.Value, StringComparer.Ordinal);
        var proto = ModelProto.Parser.ParseFrom(writer.ToBytes());
        proto.Graph.Initializer.Clear();
        foreach (KeyValuePair<string, Tensor> parameter in parameters) proto.Graph.Input.Add(Declare(parameter.Key, parameter.Value.Type));
        string[] outputs = [.. proto.Graph.Output.Select(o => o.Name)];
        string[] between = [.. proto.Graph.Node.SelectMany(n => n.Output).Where(o => o.Length > 0 && !outputs.Contains(o))];
        proto.Graph.Output.Clear();
        proto.Graph.Output.Add(outputs.Select(o => isDeclared ? Declare(o, fixedModel.Plan!.Graph.TensorTypeOf(o)!) : new ValueInfoProto { Name = o }));
        if (!isDeclared) return new RunTimeCase(ModelSource.FromBytes("model.onnx", proto.ToByteArray()), parameters);
        proto.Graph.ValueInfo.Add(between.Select(o => Declare(o, fixedModel.Plan!.Graph.TensorTypeOf(o)!)));
        return new RunTimeCase(ModelSource.FromBytes("model.onnx", proto.ToByteArray()), parameters);
    }

    private static ValueInfoProto Declare(string name, TensorType type)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(type.Shape!.ToArray().Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type.ElementType, Shape = shape } } };
    }

    private static int[] Lengths(Random random, int rank) => [.. Enumerable.Range(0, rank).Select(_ => random.Next(10) == 0 ? 0 : random.Next(1, 5))];

    private static OnnxDim[] Dims(IEnumerable<int> lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];

    private static void Reshape(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(5));
        bool allowZero = random.Next(2) == 0;
        List<long> shape = [.. x.OrderBy(_ => random.Next()).Select(d => (long)d)];
        if (random.Next(2) == 0) shape.Insert(random.Next(shape.Count + 1), 1);
        if (!allowZero)
        {
            // A 0 keeps the length that stands there.
            for (int i = 0; i < shape.Count; i++)
                if (i < x.Length && shape[i] == x[i] && random.Next(2) == 0) shape[i] = 0;
        }

        bool isEmpty = x.Contains(0);
        if (!isEmpty && shape.Count > 0 && !(allowZero && shape.Contains(0))) shape[random.Next(shape.Count)] = -1;
        if (isEmpty && !allowZero) shape = [.. x.Select(_ => 0L)];
        model.Opset(14).Input("x", type, Dims(x)).Initializer("shape", [.. shape], shape.Count)
            .Node("Reshape", "x,shape", "y", n => n.Int("allowzero", allowZero ? 1 : 0)).Output("y");
    }

    private static void Squeeze(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(2) == 0 ? 1 : random.Next(2, 4))];
        long[] axes = [.. Enumerable.Range(0, x.Length).Where(a => x[a] == 1 && random.Next(2) == 0).Select(a => (long)(a - (random.Next(2) * x.Length)))];
        model.Input("x", type, Dims(x)).Initializer("axes", axes, axes.Length).Node("Squeeze", "x,axes", "y").Output("y");
    }

    private static void Unsqueeze(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(4));
        int rank = x.Length + random.Next(4);
        long[] axes = [.. Enumerable.Range(0, rank).OrderBy(_ => random.Next()).Take(rank - x.Length).Select(a => (long)(a - (random.Next(2) * rank)))];
        model.Input("x", type, Dims(x)).Initializer("axes", axes, axes.Length).Node("Unsqueeze", "x,axes", "y").Output("y");
    }

    private static void ConstantOfShape(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] y = Lengths(random, random.Next(5));
        model.Initializer("shape", [.. y.Select(d => (long)d)], y.Length)
            .Node("ConstantOfShape", "shape", "y", n => n.Tensor("value", RandomTensor.Of(type, random.Next(), 1).ToTensor())).Output("y");
    }

    private static void NarrowSlice(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, 3);
        int axis = random.Next(3);
        Tensor Narrow(int value) => new ReferenceTensor(ElementType.Int32, [1], [value]).ToTensor();
        model.Input("x", type, Dims(x)).Initializer("starts", Narrow(random.Next(-5, 6))).Initializer("ends", Narrow(random.Next(-5, 6))).Initializer("axes", Narrow(axis - (3 * random.Next(2))))
            .Node("Slice", "x,starts,ends,axes", "y").Output("y");
    }

    private static void PadAlongAxes(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = [.. Enumerable.Range(0, 4).Select(_ => random.Next(2, 5))];
        int[] axes = [.. Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(a => a - (4 * random.Next(2)))];
        string mode = new[] { "constant", "edge", "reflect", "wrap" }[random.Next(4)];
        model.Opset(19).Input("x", type, Dims(x)).Initializer("pads", [.. axes.Concat(axes).Select(_ => (long)random.Next(-1, 4))], 2 * axes.Length)
            .Initializer("axes", new ReferenceTensor(ElementType.Int32, [axes.Length], [.. axes.Select(a => (long)a)]).ToTensor())
            .Node("Pad", "x,pads,,axes", "y", n => n.String("mode", mode)).Output("y");
    }

    private static void Range(OnnxModelWriter model, Random random, ElementType type)
    {
        Tensor Number(int least, int most)
        {
            var number = new ReferenceTensor(type, []);
            if (number.IsReal) number.Reals![0] = random.Next(2 * least, 2 * most) / 2.0;
            else number.Integers![0] = random.Next(least, most);
            return number.ToTensor();
        }

        model.Initializer("start", Number(-10, 10)).Initializer("limit", Number(-10, 10)).Initializer("delta", Number(1, 4)).Node("Range", "start,limit,delta", "y").Output("y");
    }

    private static void OneHot(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(3));
        model.Input("x", ElementType.Int64, Dims(x)).Input("values", type, 2).Initializer("depth", [random.Next(1, 6)])
            .Node("OneHot", "x,depth,values", "y", n => n.Int("axis", random.Next(-x.Length - 1, x.Length + 1))).Output("y");
    }

    private static void ResizeToSizes(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5));
        long[] sizes = [.. x.Select(d => d == 0 ? 0L : random.Next(3) == 0 ? d : random.Next(1, 7))];
        model.Opset(19).Input("x", type, Dims(x)).Initializer("sizes", sizes, sizes.Length).Node("Resize", "x,,,sizes", "y", n => Mode(n, random, type)).Output("y");
    }

    private static void ResizeByScales(OnnxModelWriter model, Random random, ElementType type)
    {
        int[] x = Lengths(random, random.Next(1, 5));
        float[] scales = [.. x.Select(_ => random.Next(3) == 0 ? 1 : (float)(random.Next(4, 12) / 4.0))];
        model.Opset(19).Input("x", type, Dims(x)).Initializer("scales", scales, scales.Length).Node("Resize", "x,,scales", "y", n => Mode(n, random, type)).Output("y");
    }

    /// <summary>Interpolation of floats, the nearest element of others.</summary>
    private static void Mode(OnnxNodeWriter node, Random random, ElementType type)
    {
        string[] places = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];
        string mode = type == ElementType.Float32 ? new[] { "nearest", "linear", "cubic" }[random.Next(3)] : "nearest";
        node.String("mode", mode).String("coordinate_transformation_mode", places[random.Next(places.Length)]).Int("antialias", random.Next(2)).Int("exclude_outside", random.Next(2));
    }

    private static void Reduce(OnnxModelWriter model, Random random, ElementType type)
    {
        string[] names = type == ElementType.Bool ? ["Max", "Min"] : ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"];
        string name = names[random.Next(names.Length)];
        int[] x = [.. Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(10) == 0 ? 0 : random.Next(1, 4))];
        long[] axes = [.. Enumerable.Range(0, x.Length).Where(_ => random.Next(2) == 0).Select(a => (long)(a - (random.Next(2) * x.Length)))];
        model.Opset(20).Input("x", type, Dims(x)).Initializer("axes", axes, axes.Length)
            .Node("Reduce" + name, "x,axes", "y", n => n.Int("keepdims", random.Next(2)).Int("noop_with_empty_axes", random.Next(2))).Output("y");
    }
}
