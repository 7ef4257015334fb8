using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Resize over batches of run time, and to sizes that values decide.</summary>
public sealed class OpenResizeTests
{
    /// <summary>Where the first axis is resized too, images cannot be taken one by one.</summary>
    [Theory]
    [InlineData("nearest", "scales", "1 1 2 2")]
    [InlineData("linear", "scales", "1 1 2 0.5")]
    [InlineData("nearest", "scales", "2 1 1 1")]
    [InlineData("linear", "scales", "0.5 1 2 2")]
    [InlineData("nearest", "sizes", "2 2 6 5")]
    [InlineData("cubic", "sizes", "5 2 6 5")]
    public void A_batch_that_values_decide(string mode, string parameter, string values)
    {
        float[] numbers = [.. values.Split(' ').Select(v => float.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];
        OnnxModelWriter writer = Chosen();
        if (parameter == "scales") writer.Initializer("p", numbers, 4);
        else writer.Initializer("p", [.. numbers.Select(v => (long)v)], 4);
        AssertAgrees(writer.Node("Resize", parameter == "scales" ? "c,,p" : "c,,,p", "y", n => n.String("mode", mode)).Output("y"), [1, 3, 4]);
    }

    /// <summary>As exporters write it: the batch and the channels of the input, then sizes.</summary>
    [Theory]
    [InlineData("nearest")]
    [InlineData("linear")]
    public void Sizes_that_begin_with_the_batch(string mode) => AssertAgrees(
        Chosen().Initializer("size", [7L, 2L], 2).Initializer("from", [0L], 1).Initializer("to", [2L], 1).Node("Shape", "c", "s").Node("Slice", "s,from,to", "head")
            .Node("Concat", "head,size", "sizes", n => n.Int("axis", 0)).Node("Resize", "c,,,sizes", "y", n => n.String("mode", mode)).Output("y"),
        [1, 2, 4]);

    /// <summary>A mask is brought to the size of the photo, which is an input.</summary>
    [Fact]
    public void A_size_that_is_an_input()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 1, 1, 4, 6).Input("photo", ElementType.Float32, 2).Initializer("head", [1L, 1L], 2)
            .Node("Cast", "photo", "size", n => n.Int("to", 7)).Node("Concat", "head,size", "sizes", n => n.Int("axis", 0))
            .Node("Resize", "x,,,sizes", "y", n => n.String("mode", "linear").String("coordinate_transformation_mode", "pytorch_half_pixel")).Output("y");
        using var model = CompiledModel.Compile(writer);
        foreach ((double height, double width) in new[] { (9.0, 5.0), (1, 1), (4, 6), (17, 30) })
        {
            var photo = new ReferenceTensor(ElementType.Float32, [2]);
            photo.Reals![0] = height;
            photo.Reals[1] = width;
            model.AssertAgrees(1e-5, 1e-6, RandomTensor.Of(ElementType.Float32, 3, [1, 1, 4, 6]), photo);
        }
    }

    private static OnnxModelWriter Chosen() => new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 5, 2, 3, 4).Input("keep", ElementType.Bool, 5)
        .Node("Compress", "x,keep", "c", n => n.Int("axis", 0));

    private static void AssertAgrees(OnnxModelWriter writer, int[] counts)
    {
        using var model = CompiledModel.Compile(writer);
        foreach (int count in counts)
        {
            var keep = new ReferenceTensor(ElementType.Bool, [5]);
            for (int i = 0; i < count; i++) keep.Integers![i] = 1;
            model.AssertAgrees(1e-5, 1e-6, RandomTensor.Of(ElementType.Float32, count, [5, 2, 3, 4]), keep);
        }
    }
}
