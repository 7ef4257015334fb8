using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Execute;

/// <summary>The fast evaluator says what the reference interpreter says, up to float rounding.</summary>
public sealed class FastEvaluatorTests
{
    [Theory]
    [InlineData(1, 1, 1, 1, 1, 0)]
    [InlineData(3, 16, 3, 1, 1, 1)]
    [InlineData(4, 6, 3, 2, 1, 1)]
    [InlineData(5, 7, 5, 1, 2, 2)]
    [InlineData(8, 33, 1, 1, 1, 0)]
    [InlineData(2, 3, 2, 3, 1, 1)]
    public void Convolutions(int inputs, int outputs, int kernel, int stride, int dilation, int pad)
    {
        foreach (int groups in new[] { 1, inputs })
        {
            int channels = groups == 1 ? outputs : 2 * inputs;
            float[] weights = Floats(channels * (inputs / groups) * kernel * kernel);
            OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 2, inputs, 11, 9)
                .Initializer("w", weights, channels, inputs / groups, kernel, kernel).Initializer("b", Floats(channels), channels)
                .Node("Conv", "x,w,b", "y", n => n.Int("group", groups).Ints("strides", stride, stride).Ints("dilations", dilation, dilation).Ints("pads", pad, pad, pad, pad))
                .Output("y");
            Check(writer, RandomTensor.Of(ElementType.Float32, 1, 2, inputs, 11, 9));
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 0)]
    [InlineData(4, 6, 4, 2, 1, 1)]
    [InlineData(6, 8, 3, 3, 2, 2)]
    [InlineData(2, 34, 2, 2, 1, 0)]
    public void Transposed_convolutions(int inputs, int outputs, int kernel, int stride, int dilation, int pad)
    {
        foreach (int groups in inputs % 2 == 0 ? new[] { 1, 2 } : [1])
        {
            OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 2, inputs, 7, 5)
                .Initializer("w", Floats(inputs * (outputs / groups) * kernel * kernel), inputs, outputs / groups, kernel, kernel).Initializer("b", Floats(outputs), outputs)
                .Node("ConvTranspose", "x,w,b", "y", n => n.Int("group", groups).Ints("strides", stride, stride).Ints("dilations", dilation, dilation).Ints("pads", pad, pad, pad, pad))
                .Output("y");
            Check(writer, RandomTensor.Of(ElementType.Float32, 1, 2, inputs, 7, 5));
        }
    }

    [Theory]
    [InlineData("nearest", "asymmetric")]
    [InlineData("linear", "half_pixel")]
    [InlineData("cubic", "align_corners")]
    public void Resizes(string mode, string coordinates)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(19).Input("x", ElementType.Float32, 1, 3, 6, 7).Initializer("s", [1f, 1f, 2f, 1.7f], 4)
            .Node("Resize", "x,,s", "y", n => n.String("mode", mode).String("coordinate_transformation_mode", coordinates)).Output("y");
        Check(writer, RandomTensor.Of(ElementType.Float32, 1, 1, 3, 6, 7));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 16, 16)]
    [InlineData(7, 33, 19)]
    [InlineData(13, 5, 50)]
    public void Products(int rows, int depth, int columns)
    {
        OnnxModelWriter Model() => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, rows, depth);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 2, rows, depth);
        Check(Model().Initializer("w", Floats(depth * columns), columns, depth).Initializer("b", Floats(columns), columns)
            .Node("Gemm", "x,w,b", "y", n => n.Int("transB", 1)).Output("y"), x);
        Check(Model().Initializer("w", Floats(2 * 3 * depth * columns), 2, 3, depth, columns).Node("MatMul", "x,w", "y").Output("y"), x);
    }

    [SharedFact("models")]
    public void Trained_models()
    {
        int models = 0;
        foreach (string name in new[] { "digits-cnn-folded", "cifar10-resnet20-folded", "mlperf-tiny-ic-resnet8-bn", "mnist-fc-256x2", "cifar10-vnn-oval-base" })
        {
            Model model = OnnxReader.Read(SharedData.Load(Path.Combine(SharedData.Root, "models", name, "model.onnx")), new DiagnosticBag(), default)!;
            var diagnostics = new DiagnosticBag();
            Graph graph = ModelCompiler.Normalise(model, TestOptions.Exact, diagnostics, default);
            Assert.False(diagnostics.HasErrors, string.Join("\n", diagnostics.ToImmutable()));
            Compare(graph, 1e-4);
            models++;
        }

        Assert.Equal(5, models);
    }

    private static float[] Floats(int count) => [.. RandomTensor.Of(ElementType.Float32, count, count).Reals!.Select(r => (float)r)];

    private static void Check(OnnxModelWriter writer, ReferenceTensor x)
    {
        var diagnostics = new DiagnosticBag();
        Graph graph = ModelCompiler.Normalise(writer.ToModel(), TestOptions.Exact with { Optimise = false }, diagnostics, default);
        Assert.False(diagnostics.HasErrors, string.Join("\n", diagnostics.ToImmutable()));
        var inputs = new Dictionary<string, ReferenceTensor> { ["x"] = x };
        TensorAssert.Close(ReferenceInterpreter.Run(graph, inputs)[0], new FastEvaluator(graph).Run(inputs)[0], 2e-5, 2e-5);
    }

    private static void Compare(Graph graph, double tolerance)
    {
        Dictionary<string, ReferenceTensor> inputs = graph.Inputs.ToDictionary(i => i.Name, i => RandomTensor.Of(ElementType.Float32, 9, ((TensorType)graph.TypeOf(i.Name)!).Shape!.ToArray()), StringComparer.Ordinal);
        TensorAssert.Close(ReferenceInterpreter.Run(graph, inputs)[0], new FastEvaluator(graph).Run(inputs)[0], tolerance, tolerance);
    }
}
