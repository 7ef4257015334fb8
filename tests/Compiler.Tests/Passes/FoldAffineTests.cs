using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

public sealed class FoldAffineTests
{
    private static readonly GraphPass[] Fold = [new FoldAffineIntoProducer(), new FoldAffineIntoConsumer()];

    private static OnnxModelWriter Image() => new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2, 4, 4);

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin((i * 1.7) + 1))];

    private static OnnxModelWriter Normalisation(OnnxModelWriter writer, string input, string output, int channels, float variance = 0.5f) => writer
        .Initializer(output + "_g", Numbers(channels), channels).Initializer(output + "_b", Numbers(channels), channels)
        .Initializer(output + "_m", Numbers(channels), channels).Initializer(output + "_v", [.. Enumerable.Repeat(variance, channels)], channels)
        .Node("BatchNormalization", $"{input},{output}_g,{output}_b,{output}_m,{output}_v", output);

    private static OnnxModelWriter Convolution(OnnxModelWriter writer, string input, string output, int groups = 1, long pad = 0, bool bias = false) => writer
        .Initializer(output + "_w", Numbers(4 * 2 / groups * 9), 4, 2 / groups, 3, 3).Initializer(output + "_c", Numbers(4), 4)
        .Node("Conv", $"{input},{output}_w" + (bias ? $",{output}_c" : ""), output, n => n.Int("group", groups).Ints("pads", pad, pad, pad, pad));

    private static string After(OnnxModelWriter writer) => Rewriting.Run(writer.Output("y"), Fold).Operators();

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 1, true)]
    public void Normalisation_after_a_convolution_goes(int groups, long pad, bool bias)
        => Assert.Equal("Conv", After(Normalisation(Convolution(Image(), "x", "h", groups, pad, bias), "h", "y", 4)));

    [Fact]
    public void A_whole_chain_goes_in_one_rounding()
    {
        OnnxModelWriter writer = Normalisation(Convolution(Image(), "x", "h"), "h", "n", 4).Initializer("s", Numbers(4), 4, 1, 1).Initializer("d", [3f])
            .Node("Mul", "s,n", "a").Node("Div", "a,d", "b").Node("Sub", "d,b", "y");
        Assert.Equal("Conv", After(writer));
    }

    [Fact]
    public void The_text_before_and_after()
    {
        OnnxModelWriter writer = Normalisation(Convolution(Image(), "x", "h", pad: 1), "h", "n", 4).Node("Relu", "n", "y").Output("y");
        SnapshotAssert.Match(GraphPrinter.Print(Rewriting.Infer(writer.ToModel().Graph)) + "→\n" + GraphPrinter.Print(Rewriting.Run(writer, Fold)), extension: "txt");
    }

    [Fact]
    public void A_normalisation_stays_where_others_read_what_it_normalises()
        => Assert.Equal("Conv BatchNormalization Add", After(Normalisation(Convolution(Image(), "x", "h"), "h", "n", 4).Node("Add", "h,n", "y")));

    [Fact]
    public void A_normalisation_stays_where_its_input_is_an_output()
        => Assert.Equal("Conv BatchNormalization", After(Normalisation(Convolution(Image(), "x", "h"), "h", "y", 4).Output("h")));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-1f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e-30f)]
    public void Strange_variances_keep_their_meaning(float variance)
        => After(Normalisation(Convolution(Image(), "x", "h"), "h", "y", 4, variance));

    [Fact]
    public void Shared_weights_are_not_touched()
    {
        OnnxModelWriter writer = Image().Initializer("w", Numbers(8), 4, 2, 1, 1).Node("Conv", "x,w", "a").Node("Conv", "x,w", "b", n => n.Ints("strides", 1, 1));
        writer = Normalisation(writer, "a", "n", 4).Node("Add", "n,b", "y");
        Assert.Equal("Conv Conv Add", After(writer));
    }

    [Fact]
    public void Normalisation_before_a_convolution_goes_where_nothing_is_padded()
    {
        Assert.Equal("Relu Conv", After(Convolution(Normalisation(Image().Node("Relu", "x", "r"), "r", "n", 2), "n", "y")));
        Assert.Equal("Relu BatchNormalization Conv", After(Convolution(Normalisation(Image().Node("Relu", "x", "r"), "r", "n", 2), "n", "y", pad: 1)));
    }

    [Fact]
    public void A_factor_before_a_padded_convolution_goes()
        => Assert.Equal("Conv", After(Convolution(Image().Initializer("s", Numbers(2), 2, 1, 1).Node("Mul", "x,s", "n"), "n", "y", pad: 1)));

    [Fact]
    public void A_large_mean_stays_before_the_convolution()
        => Assert.Equal("Sub Conv", After(Convolution(Image().Initializer("m", [1000f]).Node("Sub", "x,m", "n"), "n", "y")));

    [Fact]
    public void Normalisation_before_Flatten_and_Gemm_goes()
    {
        OnnxModelWriter writer = Normalisation(Image().Node("Relu", "x", "r"), "r", "n", 2).Node("Flatten", "n", "f")
            .Initializer("w", Numbers(32 * 3), 3, 32).Node("Gemm", "f,w", "y", n => n.Int("transB", 1));
        Assert.Equal("Relu Flatten Gemm", After(writer));
    }

    [Fact]
    public void A_mean_image_before_Flatten_and_MatMul_goes()
    {
        OnnxModelWriter writer = Image().Initializer("mean", Numbers(32), 1, 2, 4, 4).Initializer("s", [0.3f]).Node("Sub", "x,mean", "a").Node("Div", "a,s", "b")
            .Node("Flatten", "b", "f").Initializer("w", Numbers(32 * 3), 32, 3).Node("MatMul", "f,w", "y");
        Assert.Equal("Flatten Gemm", After(writer));
    }

    [Fact]
    public void MatMul_and_a_bias_are_a_Gemm_in_two_dimensions_only()
    {
        OnnxModelWriter Product(params OnnxDim[] dims) => new OnnxModelWriter().Input("x", ElementType.Float32, dims).Initializer("w", Numbers(12), 4, 3).Initializer("b", Numbers(3), 3)
            .Node("MatMul", "x,w", "h").Node("Add", "b,h", "y");
        Assert.Equal("Gemm", After(Product(2, 4)));
        Assert.Equal("MatMul Add", After(Product(2, 2, 4)));
    }

    [Fact]
    public void Scaled_products_of_more_dimensions_keep_their_form()
        => Assert.Equal("MatMul Add", After(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 2, 4).Initializer("w", Numbers(12), 4, 3).Initializer("b", Numbers(3), 3).Initializer("s", [0.7f])
            .Node("MatMul", "x,w", "h").Node("Add", "b,h", "a").Node("Mul", "a,s", "y")));

    [Fact]
    public void Alpha_and_beta_go_into_the_constants()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 4).Initializer("w", Numbers(12), 3, 4).Initializer("b", Numbers(6), 2, 3)
            .Node("Gemm", "x,w,b", "y", n => n.Float("alpha", 0.5f).Float("beta", 3f).Int("transB", 1));
        Graph graph = Rewriting.Run(writer.Output("y"), Fold);
        Assert.Equal("Gemm", graph.Operators());
        Assert.Equal(["transB"], graph.Nodes[0].Attributes.All.Keys);
    }

    [Fact]
    public void A_bias_that_is_computed_stays()
        => Assert.Equal("Gemm Mul", After(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 4).Input("b", ElementType.Float32, 3).Initializer("w", Numbers(12), 4, 3).Initializer("s", [2f])
            .Node("Gemm", "x,w,b", "h").Node("Mul", "h,s", "y")));

    [Fact]
    public void Terms_that_old_models_align_with_an_axis_are_left()
    {
        // The constant has one value a channel; read as numpy does it would have one a column.
        OnnxModelWriter writer = new OnnxModelWriter().Opset(6).Input("x", ElementType.Float32, 1, 3, 3, 3).Initializer("w", Numbers(9), 3, 3, 1, 1).Initializer("b", Numbers(3), 3)
            .Initializer("v", Numbers(81), 27, 3).Node("Conv", "x,w", "h").Node("Add", "h,b", "a", n => n.Int("broadcast", 1).Int("axis", 1)).Node("Flatten", "a", "f").Node("Gemm", "f,v", "y");
        if (Rewriting.TryInfer(writer.Output("y").ToModel().Graph) is null) return; // a diagnostic is an answer too
        Assert.Equal("Conv Add Flatten Gemm", Rewriting.Run(writer, Fold).Operators());
    }

    [Fact]
    public void A_constant_that_broadcasts_the_result_stays()
        => Assert.Equal("Conv Mul", After(Convolution(Image(), "x", "h").Initializer("s", Numbers(2), 2, 1, 1, 1).Node("Mul", "h,s", "y")));
}
