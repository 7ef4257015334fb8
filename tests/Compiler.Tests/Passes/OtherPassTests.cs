using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

public sealed class OtherPassTests
{
    private static OnnxModelWriter Image() => new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2, 4, 4);

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Cos((i * 1.3) + 1))];

    private static string After(OnnxModelWriter writer, params GraphPass[] passes) => Rewriting.Run(writer.Output("y"), passes).Operators();

    [Fact]
    public void Dead_nodes_and_constants_go_and_optional_outputs_too()
    {
        OnnxModelWriter writer = Image().Initializer("unread", Numbers(3), 3).Node("Relu", "x", "dead").Node("Abs", "dead", "dead2").Node("MaxPool", "x", "y,indices", n => n.Ints("kernel_shape", 2, 2));
        Graph graph = Rewriting.Run(writer.Output("y"), new EliminateDeadCode());
        Assert.Equal("MaxPool", graph.Operators());
        Assert.Equal(["y"], graph.Nodes[0].Outputs.ToArray());
        Assert.Empty(graph.Initializers);
    }

    [Fact]
    public void The_parts_of_a_split_that_nobody_reads_still_count()
    {
        Graph graph = Rewriting.Run(Image().Node("Split", "x", "a,b", n => n.Int("axis", 1)).Node("Relu", "b", "y").Output("y"), new EliminateDeadCode());
        Assert.Equal(["a", "b"], graph.Nodes[0].Outputs.ToArray());
    }

    [Fact]
    public void Equal_nodes_and_constants_are_shared()
        => Assert.Equal("Conv Add", After(
            Image().Initializer("v", Numbers(4), 2, 2, 1, 1).Initializer("w", Numbers(4), 2, 2, 1, 1).Node("Conv", "x,v", "a").Node("Conv", "x,w", "b").Node("Add", "a,b", "y"),
            new EliminateCommonSubexpressions()));

    [Fact]
    public void Nodes_that_differ_in_an_attribute_or_a_bit_are_not_shared()
        => Assert.Equal("LeakyRelu LeakyRelu Add Mul Mul Sub Concat", After(
            Image().Initializer("p", [0f]).Initializer("n", [-0f]).Node("LeakyRelu", "x", "a", n => n.Float("alpha", 0.1f)).Node("LeakyRelu", "x", "b", n => n.Float("alpha", 0.2f)).Node("Add", "a,b", "c")
                .Node("Mul", "x,p", "d").Node("Mul", "x,n", "e").Node("Sub", "d,e", "f").Node("Concat", "c,f", "y", n => n.Int("axis", 0)),
            new EliminateCommonSubexpressions()));

    [Fact]
    public void Two_equal_outputs_stay_two()
        => Assert.Equal("Relu Relu Abs", After(Image().Node("Relu", "x", "z").Node("Relu", "x", "y").Node("Abs", "y", "a").Output("z").Output("a"), new EliminateCommonSubexpressions()));

    [Theory]
    [InlineData("Conv", 0f, "Conv")]
    [InlineData("Conv", 1f, "Pad Conv")]
    [InlineData("MaxPool", float.NegativeInfinity, "MaxPool")]
    [InlineData("MaxPool", 0f, "Pad MaxPool")]
    [InlineData("AveragePool", 0f, "AveragePool")]
    public void Padding_goes_where_the_window_pads_alike(string op, float value, string expected)
    {
        OnnxModelWriter writer = Image().Initializer("p", [0L, 0, 1, 0, 0, 0, 1, 1], 8).Initializer("v", [value]).Initializer("w", Numbers(8), 1, 2, 2, 2).Node("Pad", "x,p,v", "h");
        writer = op == "Conv" ? writer.Node("Conv", "h,w", "y") : writer.Node(op, "h", "y", n => n.Ints("kernel_shape", 2, 2));
        Assert.Equal(expected, After(writer, new FoldPadIntoWindow()));
    }

    [Theory]
    [InlineData(0L, "Pad AveragePool")]
    [InlineData(1L, "AveragePool")]
    public void Averages_that_do_not_count_their_own_padding_keep_the_other(long count, string expected)
        => Assert.Equal(expected, After(
            Image().Initializer("p", [0L, 0, 0, 0, 0, 0, 1, 1], 8).Node("Pad", "x,p", "h").Node("AveragePool", "h", "y", n => n.Ints("kernel_shape", 3, 3).Ints("pads", 1, 1, 0, 0).Int("count_include_pad", count)),
            new FoldPadIntoWindow()));

    [Theory]
    [InlineData("constant", 1L, 0L)]
    [InlineData("constant", 0L, -1L)]
    [InlineData("reflect", 0L, 1L)]
    public void Padding_of_channels_cropping_and_reflection_stay(string mode, long channels, long rows)
        => Assert.Equal("Pad Conv", After(
            Image().Initializer("p", [0L, channels, rows, 0, 0, 0, 0, 0], 8).Initializer("w", Numbers((int)(2 + channels)), 1, (int)(2 + channels), 1, 1)
                .Node("Pad", "x,p", "h", n => n.String("mode", mode)).Node("Conv", "h,w", "y"),
            new FoldPadIntoWindow()));

    [Fact]
    public void Divisions_by_powers_of_two_and_small_powers_are_products()
    {
        Assert.Equal("Mul", After(Image().Initializer("c", [8f]).Node("Div", "x,c", "y"), new SimplifyArithmetic()));
        Assert.Equal("Div", After(Image().Initializer("c", [3f]).Node("Div", "x,c", "y"), new SimplifyArithmetic()));
        Assert.Equal("Mul", After(Image().Initializer("c", [2f]).Node("Pow", "x,c", "y"), new SimplifyArithmetic()));
        Assert.Equal("Mul Mul", After(Image().Initializer("c", [3f]).Node("Pow", "x,c", "y"), new SimplifyArithmetic()));
        Assert.Equal("Pow", After(Image().Initializer("c", [0.5f]).Node("Pow", "x,c", "y"), new SimplifyArithmetic()));
    }

    [Fact]
    public void Factors_join_and_float_terms_do_not()
    {
        Assert.Equal("Mul", After(Image().Initializer("c", [3f]).Initializer("d", Numbers(2), 2, 1, 1).Node("Mul", "x,c", "a").Node("Mul", "d,a", "y"), new SimplifyArithmetic()));
        Assert.Equal("Add Add", After(Image().Initializer("c", [1e9f]).Initializer("d", [-1e9f]).Node("Add", "x,c", "a").Node("Add", "a,d", "y"), new SimplifyArithmetic()));
        Assert.Equal("Mul Mul", After(Image().Initializer("c", [1e30f]).Initializer("d", [1e-30f]).Node("Mul", "x,c", "a").Node("Mul", "a,d", "y"), new SimplifyArithmetic()));
    }

    [Fact]
    public void Channels_last_layers_lose_their_transposes()
    {
        OnnxModelWriter writer = Image().Initializer("w", Numbers(36), 2, 2, 3, 3).Initializer("b", Numbers(2), 2)
            .Node("Conv", "x,w", "a", n => n.Ints("pads", 1, 1, 1, 1)).Node("Transpose", "a", "b1", n => n.Ints("perm", 0, 2, 3, 1)).Node("Add", "b1,b", "c").Node("Relu", "c", "d")
            .Node("Transpose", "d", "e", n => n.Ints("perm", 0, 3, 1, 2)).Node("Conv", "e,w", "f", n => n.Ints("pads", 1, 1, 1, 1)).Node("Transpose", "f", "g", n => n.Ints("perm", 0, 2, 3, 1))
            .Node("Add", "g,d", "h").Node("Relu", "h", "i").Node("Transpose", "i", "j", n => n.Ints("perm", 0, 3, 1, 2)).Node("Conv", "j,w", "y");
        Assert.Equal("Conv Add Relu Conv Add Relu Conv", After(writer, new PushTransposes()));
    }

    [Fact]
    public void A_classifier_takes_in_the_transpose_before_it()
    {
        OnnxModelWriter Before(bool transposed) => Image().Node("Transpose", "x", "t", n => n.Ints("perm", 0, 2, 3, 1)).Node("Flatten", "t", "f")
            .Initializer("w", Numbers(96), transposed ? 3 : 32, transposed ? 32 : 3).Node("Gemm", "f,w", "y", n => n.Int("transB", transposed ? 1 : 0));
        Assert.Equal("Reshape Gemm", After(Before(false), new PushTransposes()));
        Assert.Equal("Reshape Gemm", After(Before(true), new PushTransposes()));
    }

    [Fact]
    public void Transposes_that_would_not_cancel_stay_where_they_are()
    {
        OnnxModelWriter writer = Image().Node("Transpose", "x", "t", n => n.Ints("perm", 0, 2, 3, 1)).Node("Relu", "t", "y");
        Assert.Equal("Transpose Relu", After(writer, new PushTransposes()));
    }

    [Fact]
    public void Transposes_pass_concatenation_padding_and_softmax()
    {
        OnnxModelWriter writer = Image().Initializer("p", [0L, 1, 0, 0, 0, 0, 2, 0], 8).Node("Transpose", "x", "t", n => n.Ints("perm", 0, 2, 3, 1)).Node("Concat", "t,t", "c", n => n.Int("axis", -1))
            .Node("Pad", "c,p", "d").Node("Softmax", "d", "s").Node("Transpose", "s", "y", n => n.Ints("perm", 0, 3, 1, 2));
        Assert.Equal("Concat Pad Softmax", After(writer, new PushTransposes()));
    }
}
