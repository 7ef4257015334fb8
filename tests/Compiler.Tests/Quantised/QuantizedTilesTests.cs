using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>Quantised convolutions by Winograd: which layers, and that they give the graph's integers in every run.</summary>
public sealed class QuantizedTilesTests
{
    private const string Name = "ChannelsLast.Integers.Winograd";

    [Theory]
    [InlineData(true, 48, 48, 33)]
    [InlineData(true, 64, 40, 30)]
    [InlineData(false, 64, 64, 28)]
    [InlineData(false, 36, 48, 41)]
    public void Networks_give_the_integers_of_the_graph(bool isQdq, int inputs, int outputs, int size)
    {
        using var model = CompiledModel.Compile(isQdq ? Qdq(inputs, outputs, size) : QLinear(inputs, outputs, size, 100, 64), TestOptions.Exact);
        Assert.Contains(model.Plan.Root.Steps, s => s.Kernel == Name);
        ReferenceTensor x = RandomTensor.Of(ElementType.UInt8, 5, [1, inputs, size, size]).Rounded();
        for (int i = 0; i < x.Count; i++) x.Integers![i] = ((i * 7919L) + (i / 5)) % 256;

        // The first run takes the sums as defined, the later ones by tiles.
        for (int run = 0; run < 3; run++) model.AssertAgrees(0, 0, x);
        Assert.Equal(0, model.AllocatedBytes(x));
    }

    [Fact]
    public void Sums_that_may_reach_the_bound_are_taken_as_defined()
    {
        // The positive ones of 9 · 512 weights up to 127 add up to some 150,000, times 255 beyond 2^25; those up to 40 to a third of that.
        Assert.NotEqual(Name, First(QLinear(512, 64, 56, 0, 127)).Kernel);
        Assert.Equal(Name, First(QLinear(512, 64, 56, 0, 40)).Kernel);
    }

    [Fact]
    public void The_bound_counts_signs_and_zero_points()
    {
        var weights = new QuantizedWeights([3, -2, 100, 0, 0, 1], Zero: 0, Channels: 2, Inputs: 3, Places: 1);
        Assert.Equal(103 * 255, QuantizedTiles.LargestSum(weights, 0, 255));
        Assert.Equal(Math.Max((103 * 55) + (2 * 200), (103 * 200) + (2 * 55)), QuantizedTiles.LargestSum(weights, 200, 55));
        // Less −4 they are 7, 2, 104 and 4, 4, 5.
        Assert.Equal(113 * 255, QuantizedTiles.LargestSum(weights with { Zero = -4 }, 0, 255));
    }

    [Fact]
    public void Small_and_strided_layers_and_scalar_code_stay_as_they_are()
    {
        Assert.DoesNotContain(Plan(QLinear(8, 8, 8, 0, 64)).Root.Steps, s => s.Kernel == Name);
        Assert.DoesNotContain(Plan(QLinear(64, 64, 56, 0, 64, stride: 2)).Root.Steps, s => s.Kernel == Name);
        Assert.DoesNotContain(ModelCompiler.Compile(QLinear(64, 64, 28, 0, 64).ToSource(), TestOptions.Exact with { Lowering = Lowering.Scalar }).Plan!.Root.Steps, s => s.Kernel == Name);
    }

    [Fact]
    public void Kernels_travel_as_source()
    {
        using var model = CompiledModel.Compile(QLinear(64, 64, 28, 3, 64), TestOptions.Exact with { Runtime = RuntimeMode.Source });
        ReferenceTensor x = RandomTensor.Of(ElementType.UInt8, 6, [1, 64, 28, 28]).Rounded();
        for (int run = 0; run < 3; run++) model.AssertAgrees(0, 0, x);
    }

    private static ExecutionPlan Plan(OnnxModelWriter writer) => ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Plan!;

    private static Step First(OnnxModelWriter writer) => Plan(writer).Root.Steps.First(s => s.Stem == "Conv");

    /// <summary>Two layers of QLinearConv with weights from −<paramref name="largest"/> on.</summary>
    private static OnnxModelWriter QLinear(int inputs, int outputs, int size, byte zero, int largest, int stride = 1)
        => new OnnxModelWriter().Input("x", ElementType.UInt8, 1, inputs, size, size).Initializer("s", [0.02f]).Initializer("t", [0.7f]).Initializer("z", Tensor.FromSpan<byte>(ElementType.UInt8, [zero]))
            .Initializer("w", Weights(outputs, inputs, largest, 3)).Initializer("ws", [0.001f]).Initializer("wz", Tensor.FromSpan<sbyte>(ElementType.Int8, [0]))
            .Initializer("v", Weights(inputs, outputs, largest, 4))
            .Node("QLinearConv", "x,s,z,w,ws,wz,t,z", "y", n => n.Ints("pads", 1, 1, 1, 1).Ints("strides", stride, stride))
            .Node("QLinearConv", "y,s,z,v,ws,wz,t,z", "r", n => n.Ints("pads", 1, 1, 1, 1).Ints("strides", stride, stride)).Output("r");

    private static OnnxModelWriter Qdq(int inputs, int outputs, int size)
        => new OnnxModelWriter().Input("x", ElementType.UInt8, 1, inputs, size, size).Initializer("s", [0.02f]).Initializer("t", [0.05f]).Initializer("z", Tensor.FromSpan<byte>(ElementType.UInt8, [117]))
            .Initializer("w", Weights(outputs, inputs, 90, 3)).Initializer("ws", [.. Enumerable.Range(1, outputs).Select(i => 0.0002f + (0.00003f * i))], outputs)
            .Initializer("b", [.. Enumerable.Range(0, outputs).Select(i => (0.01f * i) - 0.1f)], outputs)
            .Node("DequantizeLinear", "x,s,z", "a").Node("DequantizeLinear", "w,ws", "e", n => n.Int("axis", 0))
            .Node("Conv", "a,e,b", "c", n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "c", "d").Node("QuantizeLinear", "d,t,z", "y")
            .Initializer("v", Weights(inputs, outputs, 90, 4)).Initializer("vs", [0.0004f]).Node("DequantizeLinear", "y,t,z", "f").Node("DequantizeLinear", "v,vs", "g")
            .Node("Conv", "f,g", "h", n => n.Ints("pads", 1, 1, 1, 1)).Node("QuantizeLinear", "h,s,z", "r").Output("r");

    private static Tensor Weights(int outputs, int inputs, int largest, int seed)
    {
        var random = new Random(seed);
        return Tensor.FromSpan<sbyte>(ElementType.Int8, [.. Enumerable.Range(0, outputs * inputs * 9).Select(_ => (sbyte)random.Next(-largest, largest + 1))], outputs, inputs, 3, 3);
    }
}
