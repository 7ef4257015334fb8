using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Probe;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Probe;

/// <summary>The scale of a small vector's inputs, read off the first layer.</summary>
public sealed class InputScaleTests
{
    /// <summary>Rows of norms 5, 2 and 10 that bend at distances 1, 3 and 0.2, and one of zeros that never bends.</summary>
    private static readonly float[] Weights = [3, 4, 0, 2, 6, 8, 0, 0];

    private static readonly float[] Bias = [5, -6, 2, 9];

    [Fact]
    public void It_is_two_and_a_half_medians_of_the_distances_where_units_bend()
        => Assert.Equal(2.5, InputScale.Of(Dense(2, 4, Weights, Bias)), 1e-6);

    [Fact]
    public void Made_up_inputs_have_it()
    {
        static double Deviation(float scale, string box)
        {
            Graph graph = Dense(2, 4, Weights, [.. Bias.Select(b => b * scale)]);
            float[] values = [.. ProbeInputs.Synthetic(graph, new InputBox(box), 400).Samples.SelectMany(s => s["x"].Floats)];
            return System.Math.Sqrt(values.Average(v => (double)v * v));
        }

        Assert.InRange(Deviation(1, ""), 2, 3);
        Assert.Equal(10 * Deviation(1, ""), Deviation(10, ""), 0.01);
        Assert.Equal(Deviation(1, "x=-1..1"), Deviation(10, "x=-1..1"), 1e-9);
    }

    [Fact]
    public void Without_bends_nothing_is_concluded()
    {
        Assert.Equal(double.NaN, InputScale.Of(Dense(2, 4, Weights, [0, 0, 0, 0])));
        Assert.Equal(double.NaN, InputScale.Of(Dense(2, 4, Weights, null)));
        Assert.Equal(double.NaN, InputScale.Of(Dense(2, 4, new float[8], Bias)));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Only_small_vectors_tell(int inputs, bool isSmall)
        => Assert.Equal(isSmall, InputScale.IsSmallVector(Dense(inputs, 1, [.. Enumerable.Repeat(1f, inputs)], [1])));

    [Fact]
    public void Two_inputs_or_another_first_layer_are_no_small_vector()
    {
        Assert.False(InputScale.IsSmallVector(Graph(Writer(2, 4, Weights, Bias).Input("z", ElementType.Float32, 1, 2).Node("Add", "x,z", "sum").Output("sum", ElementType.Float32))));
        OnnxModelWriter convolution = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 1, 4, 4).Initializer("w", [1f, 1, 1, 1], 1, 1, 2, 2)
            .Node("Conv", "x,w", "y").Output("y", ElementType.Float32);
        Assert.False(InputScale.IsSmallVector(Graph(convolution)));
        Assert.Equal(double.NaN, InputScale.Of(Graph(convolution)));
    }

    private static Graph Dense(int inputs, int outputs, float[] weights, float[]? bias) => Graph(Writer(inputs, outputs, weights, bias));

    private static OnnxModelWriter Writer(int inputs, int outputs, float[] weights, float[]? bias)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, inputs).Initializer("w", weights, outputs, inputs);
        if (bias is not null) writer.Initializer("b", bias, outputs);
        return writer.Node("Gemm", bias is null ? "x,w" : "x,w,b", "y", n => n.Int("transB", 1)).Output("y", ElementType.Float32);
    }

    private static Graph Graph(OnnxModelWriter writer) => Passes.Rewriting.Infer(writer.ToModel().Graph);
}
