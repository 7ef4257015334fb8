using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Models as they occur, whose outputs are as long as their values say.</summary>
public sealed class OpenModelTests
{
    /// <summary>Pads along no axis at all are none.</summary>
    [Fact]
    public void Pad_along_no_axis()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 2, 3).Input("pads", ElementType.Int64, 0).Input("axes", ElementType.Int64, 0)
            .Node("Pad", "x,pads,,axes", "y", n => n.String("mode", "reflect")).Output("y");
        using var model = CompiledModel.Compile(writer);
        model.AssertAgrees(0, 0, Uniform(new Random(1), 2, 3), new ReferenceTensor(ElementType.Int64, [0]), new ReferenceTensor(ElementType.Int64, [0]));
    }

    /// <summary>Two numbers for each axis, however many there are.</summary>
    [Fact]
    public void Pads_for_other_axes_are_refused()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 2, 3).Input("pads", ElementType.Int64, 2).Node("Pad", "x,pads", "y").Output("y");
        Assert.Equal("RG0011", ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Diagnostics.First(d => d.Severity == Diagnostics.Severity.Error).Id);
    }

    /// <summary>What stands behind a detector: boxes are chosen, looked up and put together.</summary>
    [Fact]
    public void A_detectors_tail()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("boxes", ElementType.Float32, 1, 20, 4).Input("scores", ElementType.Float32, 1, 3, 20)
            .Initializer("most", [5L], 1).Initializer("overlap", [0.5f], 1).Initializer("least", [0.3f], 1)
            .Initializer("box", [2L]).Initializer("class", [1L]).Initializer("one", [1L], 1).Initializer("start", [0L], 1).Initializer("flat", [-1L], 1).Initializer("zero", [0L], 1)
            .Node("NonMaxSuppression", "boxes,scores,most,overlap,least", "found", n => n.Int("center_point_box", 1))
            .Node("Gather", "found,box", "places", n => n.Int("axis", 1)).Node("Gather", "found,class", "classes", n => n.Int("axis", 1))
            .Node("Squeeze", "boxes,zero", "plain").Node("Gather", "plain,places", "chosen")
            .Node("Cast", "classes", "labels", n => n.Int("to", 1)).Node("Unsqueeze", "labels,one", "column")
            .Node("Transpose", "scores", "turned", n => n.Ints("perm", 0, 2, 1)).Node("GatherND", "turned,pairs", "worth")
            .Node("Slice", "found,start,ends,one,steps", "ordered").Initializer("ends", [3L], 1).Initializer("steps", [1L], 1)
            .Node("Gather", "found,order", "pairs", n => n.Int("axis", 1)).Initializer("order", [0L, 2L, 1L], 3)
            .Node("Unsqueeze", "worth,one", "confidence").Node("Concat", "chosen,confidence,column", "rows", n => n.Int("axis", 1)).Output("rows").Output("classes");
        using var model = CompiledModel.Compile(writer);
        Assert.Contains("public const int RowsMaxLength = 90;", model.Code, StringComparison.Ordinal);
        Assert.Contains("public static void Predict(ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, Span<float> rows, out int rowsLength, Span<long> classes, out int classesLength)", model.Code, StringComparison.Ordinal);
        for (int seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            ReferenceTensor boxes = Uniform(random, 1, 20, 4);
            ReferenceTensor scores = Uniform(random, 1, 3, 20);
            if (seed == 7) Array.Clear(scores.Reals!); // nothing is found
            model.AssertAgrees(0, 0, boxes, scores);
        }
    }

    /// <summary>The second stage of a detector: regions become a batch that layers compute item by item.</summary>
    [Fact]
    public void A_second_stage()
    {
        var random = new Random(1);
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 1, 4, 8, 8).Input("boxes", ElementType.Float32, 1, 12, 4).Input("scores", ElementType.Float32, 1, 1, 12)
            .Initializer("most", [6L], 1).Initializer("overlap", [0.6f], 1).Initializer("box", [2L]).Initializer("batch", [0L]).Initializer("zero", [0L], 1)
            .Initializer("w", Weights(random, 8 * 4 * 3 * 3), 8, 4, 3, 3).Initializer("b", Weights(random, 8), 8).Initializer("v", Weights(random, 8 * 5), 8, 5).Initializer("s", Weights(random, 5), 5)
            .Initializer("g", Weights(random, 8), 8)
            .Node("NonMaxSuppression", "boxes,scores,most,overlap", "found").Node("Gather", "found,box", "places", n => n.Int("axis", 1)).Node("Gather", "found,batch", "images", n => n.Int("axis", 1))
            .Node("Squeeze", "boxes,zero", "plain").Node("Gather", "plain,places", "regions")
            .Node("RoiAlign", "x,regions,images", "crops", n => n.Int("output_height", 4).Int("output_width", 4).Float("spatial_scale", 8))
            .Node("Conv", "crops,w,b", "c", n => n.Ints("pads", 1, 1, 1, 1)).Node("BatchNormalization", "c,g,b,b,m", "n").Initializer("m", [.. Weights(random, 8).Select(Math.Abs)], 8).Node("Relu", "n", "r")
            .Node("MaxPool", "r", "p", n => n.Ints("kernel_shape", 2, 2).Ints("strides", 2, 2)).Node("GlobalAveragePool", "p", "q").Node("Flatten", "q", "f")
            .Node("LayerNormalization", "f,g,b", "l").Node("Gemm", "l,v,s", "logits").Node("Softmax", "logits", "classes").Output("classes").Output("crops");
        using var model = CompiledModel.Compile(writer);
        CompilationResult hashed = ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Tolerance = 0.5 });
        Assert.True(hashed.Success, string.Join("\n", hashed.Diagnostics));
        for (int seed = 0; seed < 4; seed++) model.AssertAgrees(1e-4, 1e-5, Uniform(new Random(seed), 1, 4, 8, 8), Uniform(new Random(seed + 9), 1, 12, 4), Uniform(new Random(seed + 99), 1, 1, 12));
    }

    /// <summary>Reduction, fusion and certificate leave such nodes alone.</summary>
    [Fact]
    public void A_hashed_network_before_a_selection()
    {
        var random = new Random(2);
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 1, 32).Initializer("w", Weights(random, 32 * 64), 32, 64).Initializer("v", Weights(random, 64 * 32), 64, 32)
            .Initializer("u", Weights(random, 3 * 4096), 3, 4096).Initializer("limit", [0f])
            .Node("MatMul", "x,w", "h").Node("Relu", "h", "r").Node("MatMul", "r,v", "y").Node("Greater", "y,limit", "mask").Node("Compress", "y,bits", "kept").Node("Squeeze", "mask,zero", "bits").Initializer("zero", [0L], 1)
            .Node("Unsqueeze", "kept,one", "column").Initializer("one", [1L], 1).Node("Expand", "column,three", "wide").Initializer("three", [1L, 3L], 2).Node("MatMul", "wide,u", "z").Output("z").Output("kept");
        using var model = CompiledModel.Compile(writer, new CompilerOptions());
        ReferenceTensor[] outputs = model.Run(Uniform(random, 1, 32));
        Assert.Equal([outputs[1].Count, 4096], outputs[0].Lengths);
    }

    /// <summary>More layers than one method calls: values without a size go from part to part.</summary>
    [Fact]
    public void Long_chains_pass_tensors_between_parts()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 6).Node("NonZero", "x", "i0");
        for (int i = 0; i < 230; i++) writer.Node("Add", $"i{i},i0", $"i{i + 1}");
        writer.Output("i230").Output("i120");
        using var model = CompiledModel.Compile(writer, TestOptions.Exact with { Optimise = false });
        Assert.Contains("Part3(", model.Code, StringComparison.Ordinal);
        model.AssertAgrees(0, 0, new ReferenceTensor(ElementType.Float32, [6], [0.0, 1, 0, 2, 3, 0]));
    }

    [Fact]
    public void The_callers_memory_gets_elements_length_and_shape()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Bool, 4).Initializer("one", [1L], 1).Node("NonZero", "x", "a").Node("Transpose", "a", "t").Node("MatMul", "t,a", "y").Output("y");
        const string Driver = """
            static class D
            {
                internal static string Run()
                {
                    var y = new long[Model.YMaxLength];
                    var shape = new int[2];
                    Model.Predict(new[] { true, false, true, true }, y, out int length, shape);
                    string text = length + ":" + shape[0] + "×" + shape[1] + ":" + string.Join(",", y);
                    try { Model.Predict(new[] { true, false, true, true }, new long[8], out _, shape); }
                    catch (System.ArgumentException e) { return text + ":" + e.ParamName; }
                    return text;
                }
            }
            """;
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact with { ClassName = "Model", Runtime = RuntimeMode.Source, Accessibility = Accessibility.Public });
        using var assembly = GeneratedAssembly.Compile(
            [.. result.Sources.Select(s => new System.Collections.Generic.KeyValuePair<string, string>(s.HintName, s.Text)), new("D.cs", Driver)], new ConsumerSettings { HasRuntime = false });
        Assert.Equal("9:3×3:0,0,0,0,4,6,0,6,9,0,0,0,0,0,0,0:y", assembly.Method<Func<string>>("D", "Run")());
    }

    [Fact]
    public void What_has_no_kernel_names_the_value_and_what_decides_it()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 3, 4).Node("NonZero", "x", "a", n => n.Name("where")).Node("Cast", "a", "f", n => n.Int("to", 1))
            .Node("Det", "f", "y").Output("y");
        string message = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Diagnostics.Single(d => d.Id is "RG0021" or "RG0011").Message;
        Assert.Contains("node 'where' (NonZero)", message, StringComparison.Ordinal);
        Assert.Contains("'f'", message, StringComparison.Ordinal);
    }

    private static ReferenceTensor Uniform(Random random, params int[] lengths)
    {
        var tensor = new ReferenceTensor(ElementType.Float32, lengths);
        for (int i = 0; i < tensor.Count; i++) tensor.Reals![i] = random.NextSingle();
        return tensor;
    }

    private static float[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
}
