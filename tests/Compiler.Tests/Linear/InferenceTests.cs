using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>The shapes of results, and the diagnostics of what does not fit.</summary>
public sealed class InferenceTests
{
    [Theory]
    [InlineData("NOTSET", 0, new[] { 3, 4 })]
    [InlineData("VALID", 0, new[] { 3, 4 })]
    [InlineData("SAME_UPPER", 0, new[] { 4, 4 })]
    [InlineData("SAME_LOWER", 0, new[] { 4, 4 })]
    [InlineData("NOTSET", 1, new[] { 4, 4 })]
    public void A_pooling_has_the_windows_that_padding_and_rounding_give(string autoPad, int ceil, int[] expected)
    {
        int[] actual = OutputOf(m => m.Input("x", ElementType.Float32, 1, 1, 7, 8).Node("MaxPool", "x", "y", n =>
        {
            n.Ints("kernel_shape", 3, 2).Ints("strides", 2, 2).Int("ceil_mode", ceil).String("auto_pad", autoPad);
            if (autoPad == "NOTSET") n.Ints("pads", 0, 0, ceil, 0);
        }));
        Assert.Equal([1, 1, .. expected], actual);
    }

    [Fact]
    public void Padding_takes_part_in_the_size_of_a_convolution()
        => Assert.Equal([2, 6, 5, 4], OutputOf(m => m.Input("x", ElementType.Float32, 2, 4, 9, 7).Initializer("w", new float[6 * 2 * 9], 6, 2, 3, 3)
            .Node("Conv", "x, w", "y", n => n.Int("group", 2).Ints("pads", 1, 1, 1, 1).Ints("strides", 2, 2))));

    [Theory]
    [InlineData(new[] { 2, 1, 3, 4 }, new[] { 5, 4, 6 }, new[] { 2, 5, 3, 6 })]
    [InlineData(new[] { 4 }, new[] { 4, 6 }, new[] { 6 })]
    [InlineData(new[] { 3, 4 }, new[] { 4 }, new[] { 3 })]
    [InlineData(new[] { 4 }, new[] { 4 }, new int[0])]
    [InlineData(new[] { 4 }, new[] { 2, 4, 3 }, new[] { 2, 3 })]
    public void MatMul_follows_numpy(int[] a, int[] b, int[] expected)
        => Assert.Equal(expected, OutputOf(m => m.Input("a", ElementType.Float32, Dims(a)).Input("b", ElementType.Float32, Dims(b)).Node("MatMul", "a, b", "y")));

    [Theory]
    [InlineData("Conv", "x, w", "RG0011", "channels")]
    [InlineData("MatMul", "x, v", "RG0011", "inner dimensions")]
    [InlineData("Gemm", "v, v", "RG0011", "matrices")]
    [InlineData("MatMul", "x, i", "RG0008", "element type")]
    [InlineData("GlobalAveragePool", "i", "RG0008", "int32")]
    public void Operands_that_do_not_fit_end_in_a_diagnostic(string op, string inputs, string id, string message)
        => AssertProblem(id, message, m => m.Node(op, inputs, "y"));

    [Theory]
    [InlineData("strides", 0)]
    [InlineData("strides", long.MaxValue)]
    [InlineData("dilations", -1)]
    [InlineData("dilations", 1L << 40)]
    [InlineData("pads", -3)]
    [InlineData("pads", 1L << 60)]
    [InlineData("kernel_shape", 0)]
    [InlineData("kernel_shape", long.MinValue)]
    public void Absurd_windows_end_in_a_diagnostic(string attribute, long value)
        => AssertProblem("RG0009", attribute, m => m.Node("MaxPool", "x", "y", n =>
        {
            if (attribute != "kernel_shape") n.Ints("kernel_shape", 2, 2);
            n.Ints(attribute, [.. Enumerable.Repeat(value, attribute == "pads" ? 4 : 2)]);
        }));

    [Fact]
    public void A_kernel_larger_than_its_input_ends_in_a_diagnostic()
        => AssertProblem("RG0011", "larger", m => m.Node("AveragePool", "x", "y", n => n.Ints("kernel_shape", 9, 9)));

    [Theory]
    [InlineData("Softmax", "axis", 4)]
    [InlineData("ArgMax", "axis", -5)]
    public void An_axis_outside_the_tensor_ends_in_a_diagnostic(string op, string attribute, int axis)
        => AssertProblem("RG0011", "outside", m => m.Node(op, "x", "y", n => n.Int(attribute, axis)));

    [Fact]
    public void Statistics_without_training_end_in_a_diagnostic()
        => AssertProblem("RG0013", "training", m => m.Initializer("c", [1f, 1f], 2).Node("BatchNormalization", "x, c, c, c, c", "y, running_mean, running_var"));

    [Fact]
    public void The_number_of_axes_must_be_known()
        => AssertProblem("RG0021", "axes", m => m.Input("mask", ElementType.Bool, 4).Node("NonZero", "mask", "found").Initializer("flat", [-1L], 1).Node("Reshape", "found, flat", "axes").Node("ReduceSum", "x, axes", "y"));

    private static OnnxDim[] Dims(int[] lengths) => [.. lengths.Select(d => (OnnxDim)d)];

    private static int[] OutputOf(Func<OnnxModelWriter, OnnxModelWriter> write)
    {
        CompilationResult result = ModelCompiler.Compile(write(new OnnxModelWriter()).Output("y").ToSource(), TestOptions.Exact);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return result.Plan!.Graph.TensorTypeOf("y")!.Shape!.ToArray();
    }

    private static void AssertProblem(string id, string message, Func<OnnxModelWriter, OnnxModelWriter> write)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2, 5, 5).Input("v", ElementType.Float32, 7).Input("i", ElementType.Int32, 1, 2, 5, 5)
            .Initializer("w", new float[4 * 3 * 4], 4, 3, 2, 2);
        CompilationResult result = ModelCompiler.Compile(write(model).Output("y").ToSource(), TestOptions.Exact);
        Assert.Contains(result.Diagnostics, d => d.Descriptor.Id == id && d.Message.Contains(message, StringComparison.Ordinal));
    }
}
