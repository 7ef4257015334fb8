using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Spatial;

/// <summary>What shapes follow from inputs and parameters, and what is said where they do not fit.</summary>
public sealed class SpatialInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("ConvTranspose", m => Transposed(m, 3, n => n.Ints("strides", 2, 2)), "float32 1×4×7×9"),
        ("ConvTranspose with pads and output_padding", m => Transposed(m, 3, n => n.Ints("strides", 2, 2).Ints("pads", 1, 1, 1, 1).Ints("output_padding", 1, 0)), "float32 1×4×6×7"),
        ("ConvTranspose of the same length", m => Transposed(m, 3, n => n.Ints("strides", 2, 3).String("auto_pad", "SAME_UPPER")), "float32 1×4×6×12"),
        ("ConvTranspose of an output_shape", m => Transposed(m, 3, n => n.Ints("strides", 2, 2).Ints("output_shape", 8, 8)), "float32 1×4×8×8"),
        ("ConvTranspose of an output_shape with batch", m => Transposed(m, 3, n => n.Ints("output_shape", 1, 4, 5, 5)), "float32 1×4×5×5"),
        ("ConvTranspose in groups", m => Transposed(m, 3, n => n.Int("group", 2)), "float32 1×8×5×6"),
        ("ConvTranspose of channels that differ", m => Transposed(m, 2, n => n.Int("group", 1)), "RG0011"),
        ("ConvTranspose of groups that do not divide", m => Transposed(m, 3, n => n.Int("group", 3)), "RG0011"),
        ("ConvTranspose padded to nothing", m => Transposed(m, 3, n => n.Ints("pads", 9, 9, 9, 9)), "RG0011"),
        ("ConvTranspose of a huge stride", m => Transposed(m, 3, n => n.Ints("strides", 1 << 28, 1 << 28)), "RG0015"),
        ("ConvTranspose of a negative output_shape", m => Transposed(m, 3, n => n.Ints("output_shape", -1, 4)), "RG0009"),
        ("ConvTranspose of another kernel_shape", m => Transposed(m, 3, n => n.Ints("kernel_shape", 2, 2)), "RG0011"),
        ("Resize by scales", m => Resize(m.Initializer("s", [1f, 2.5f], 2), "x,,s"), "float32 2×7"),
        ("Resize rounds its lengths as floats do", m => m.Opset(19).Input("x", ElementType.Float32, 10).Initializer("s", [0.7f], 1).Node("Resize", "x,,s", "y"), "float32 7"),
        ("Resize by sizes", m => Resize(m.Initializer("s", [4L, 5L], 2), "x,,,s"), "float32 4×5"),
        ("Resize some axes", m => Resize(m.Initializer("s", [6L], 1), "x,,,s", n => n.Ints("axes", -1)), "float32 2×6"),
        ("Resize to no larger than", m => Resize(m.Initializer("s", [4L, 4L], 2), "x,,,s", n => n.String("keep_aspect_ratio_policy", "not_larger")), "float32 3×4"),
        ("Resize to no smaller than", m => Resize(m.Initializer("s", [4L, 4L], 2), "x,,,s", n => n.String("keep_aspect_ratio_policy", "not_smaller")), "float32 4×6"),
        ("Resize by nothing", m => Resize(m, "x"), "RG0013"),
        ("Resize by scales and sizes", m => Resize(m.Initializer("s", [1f, 2f], 2).Initializer("t", [4L, 4L], 2), "x,,s,t"), "RG0013"),
        ("Resize by a scale of 0", m => Resize(m.Initializer("s", [1f, 0f], 2), "x,,s"), "RG0011"),
        ("Resize by a scale that is no number", m => Resize(m.Initializer("s", [1f, float.NaN], 2), "x,,s"), "RG0011"),
        ("Resize by a huge scale", m => Resize(m.Initializer("s", [1f, 1e30f], 2), "x,,s"), "RG0015"),
        ("Resize by too many scales", m => Resize(m.Initializer("s", [1f, 1f, 1f], 3), "x,,s"), "RG0011"),
        ("Resize an axis twice", m => Resize(m.Initializer("s", [6L, 6L], 2), "x,,,s", n => n.Ints("axes", 1, -1)), "RG0011"),
        ("Resize in an unknown mode", m => Resize(m.Initializer("s", [4L, 4L], 2), "x,,,s", n => n.String("mode", "area")), "RG0009"),
        ("Resize a crop without a region", m => Resize(m.Initializer("s", [4L, 4L], 2), "x,,,s", n => n.String("coordinate_transformation_mode", "tf_crop_and_resize")), "RG0013"),
        ("Resize of opset 10", m => m.Opset(10).Input("x", ElementType.Float32, 2, 3).Initializer("s", [2f, 1f], 2).Node("Resize", "x,s", "y"), "float32 4×3"),
        ("Upsample of opset 7", m => m.Opset(7).Input("x", ElementType.Float32, 2, 3).Node("Upsample", "x", "y", n => n.Floats("scales", 2, 3)), "float32 4×9"),
        ("GridSample", m => m.Opset(20).Input("x", ElementType.Float32, 2, 3, 4, 5).Input("g", ElementType.Float32, 2, 6, 7, 2).Node("GridSample", "x,g", "y"), "float32 2×3×6×7"),
        ("GridSample of three axes before opset 20", m => m.Opset(16).Input("x", ElementType.Float32, 2, 3, 4, 5, 6).Input("g", ElementType.Float32, 2, 6, 7, 8, 3).Node("GridSample", "x,g", "y"), "RG0011"),
        ("GridSample of too few coordinates", m => m.Opset(20).Input("x", ElementType.Float32, 2, 3, 4, 5).Input("g", ElementType.Float32, 2, 6, 7, 3).Node("GridSample", "x,g", "y"), "RG0011"),
        ("GridSample beyond an empty border", m => m.Opset(20).Input("x", ElementType.Float32, 1, 1, 0, 5).Input("g", ElementType.Float32, 1, 1, 1, 2).Node("GridSample", "x,g", "y", n => n.String("padding_mode", "border")), "RG0011"),
        ("RoiAlign", m => Rois(m, 4, n => n.Int("output_height", 2).Int("output_width", 3)), "float32 5×3×2×3"),
        ("RoiAlign of five numbers", m => Rois(m, 5, n => n.Int("output_height", 2)), "RG0011"),
        ("RoiAlign to a huge size", m => Rois(m, 4, n => n.Int("output_height", 1L << 40)), "RG0009"),
        ("MaxRoiPool", m => m.Input("x", ElementType.Float32, 1, 3, 8, 8).Input("r", ElementType.Float32, 2, 5).Node("MaxRoiPool", "x,r", "y", n => n.Ints("pooled_shape", 4, 2)), "float32 2×3×4×2"),
        ("MaxUnpool", m => m.Input("x", ElementType.Float32, 1, 1, 2, 2).Input("i", ElementType.Int64, 1, 1, 2, 2).Node("MaxUnpool", "x,i", "y", n => n.Ints("kernel_shape", 2, 2).Ints("strides", 2, 2)), "float32 1×1×4×4"),
        ("MaxUnpool of places of another shape", m => m.Input("x", ElementType.Float32, 1, 1, 2, 2).Input("i", ElementType.Int64, 1, 1, 2, 3).Node("MaxUnpool", "x,i", "y", n => n.Ints("kernel_shape", 2, 2)), "RG0011"),
        ("Col2Im", m => Columns(m, 5, [5, 5], [1, 5]), "float32 1×1×5×5"),
        ("Col2Im of blocks that do not divide", m => Columns(m, 5, [5, 5], [2, 2]), "RG0011"),
        ("Col2Im of another number of blocks", m => Columns(m, 5, [6, 6], [1, 5]), "RG0011"),
        ("DeformConv", m => Deformed(m, 8, "x,w,o"), "float32 1×2×2×2"),
        ("DeformConv of too few offsets", m => Deformed(m, 4, "x,w,o"), "RG0011"),
        ("Conv of four spatial axes", m => m.Input("x", ElementType.Float32, 1, 1, 4, 4, 4, 4).Initializer("w", new float[16], 1, 1, 2, 2, 2, 2).Node("Conv", "x,w", "y"), "float32 1×1×3×3×3×3"),
        ("LpPool of opset 1", m => m.Opset(1).Input("x", ElementType.Float32, 1, 1, 4).Node("LpPool", "x", "y", n => n.Ints("kernel_shape", 2).Float("p", 1.5f)), "float32 1×1×3"),
        ("LpPool of norm 0", m => m.Opset(18).Input("x", ElementType.Float32, 1, 1, 4).Node("LpPool", "x", "y", n => n.Ints("kernel_shape", 2).Int("p", 0)), "RG0009"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_shape_follows_or_is_refused(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.First(r => r.Name == name);
        InferenceRow.Check(write, expected);
    }

    [Fact]
    public void Places_outside_are_refused_at_run_time()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 1, 1, 1).Input("i", ElementType.Int64, 1, 1, 1)
            .Node("MaxUnpool", "x,i", "y", n => n.Ints("kernel_shape", 3)).Output("y"));
        var x = new ReferenceTensor(ElementType.Float32, [1, 1, 1], [5.0]);
        Assert.Equal([0, 0, 5.0], model.Run(x, Place(2))[0].Reals!);
        foreach (long wrong in new[] { 3L, -1L, long.MinValue }) Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(x, Place(wrong)));

        static ReferenceTensor Place(long place) => new(ElementType.Int64, [1, 1, 1], [place]);
    }

    private static void Transposed(OnnxModelWriter m, int kernel, Action<OnnxNodeWriter> write)
        => m.Input("x", ElementType.Float32, 1, kernel == 2 ? 3 : 2, 3, 4).Initializer("w", new float[2 * 4 * kernel * kernel], 2, 4, kernel, kernel).Node("ConvTranspose", "x,w", "y", write);

    private static void Resize(OnnxModelWriter m, string inputs, Action<OnnxNodeWriter>? write = null)
        => m.Opset(19).Input("x", ElementType.Float32, 2, 3).Node("Resize", inputs, "y", write);

    private static void Rois(OnnxModelWriter m, int numbers, Action<OnnxNodeWriter> write)
        => m.Opset(16).Input("x", ElementType.Float32, 2, 3, 8, 8).Input("r", ElementType.Float32, 5, numbers).Input("b", ElementType.Int64, 5).Node("RoiAlign", "x,r,b", "y", write);

    private static void Columns(OnnxModelWriter m, int columns, long[] image, long[] block)
        => m.Opset(18).Input("x", ElementType.Float32, 1, 5, columns).Initializer("i", image, 2).Initializer("b", block, 2).Node("Col2Im", "x,i,b", "y");

    private static void Deformed(OnnxModelWriter m, int offsets, string inputs)
        => m.Opset(19).Input("x", ElementType.Float32, 1, 1, 3, 3).Initializer("w", new float[8], 2, 1, 2, 2).Input("o", ElementType.Float32, 1, offsets, 2, 2).Node("DeformConv", inputs, "y");
}
