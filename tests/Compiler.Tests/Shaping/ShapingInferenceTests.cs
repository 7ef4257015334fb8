using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Shaping;

/// <summary>What shapes follow from inputs and parameters, and what is said where they do not fit.</summary>
public sealed class ShapingInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("Reshape keeps and computes", m => X(m, 2, 3, 4).Initializer("s", [0L, -1L], 2).Node("Reshape", "x,s", "y"), "float32 2×12"),
        ("Reshape with allowzero", m => X(m, 0, 3).Opset(14).Initializer("s", [3L, 0L], 2).Node("Reshape", "x,s", "y", n => n.Int("allowzero", 1)), "float32 3×0"),
        ("Reshape of opset 1", m => X(m, 2, 3).Opset(1).Node("Reshape", "x", "y", n => n.Ints("shape", 3, -1)), "float32 3×2"),
        ("Reshape to a scalar", m => X(m, 1, 1).Initializer("s", Array.Empty<long>(), 0).Node("Reshape", "x,s", "y"), "float32 scalar"),
        ("Reshape to another count", m => X(m, 2, 3).Initializer("s", [4L, 2L], 2).Node("Reshape", "x,s", "y"), "RG0011"),
        ("Reshape to two open lengths", m => X(m, 2, 3).Initializer("s", [-1L, -1L], 2).Node("Reshape", "x,s", "y"), "RG0011"),
        ("Reshape to a huge shape", m => X(m, 0).Initializer("s", [long.MaxValue, 0L], 2).Node("Reshape", "x,s", "y", n => n.Int("allowzero", 1)), "RG0015"),
        ("Reshape at run time", m => X(m, 2, 3).Input("s", ElementType.Int64, 2).Node("Reshape", "x,s", "y"), "float32 y[0]×y[1]"),
        ("Squeeze all", m => X(m, 1, 3, 1).Node("Squeeze", "x", "y"), "float32 3"),
        ("Squeeze of opset 11", m => X(m, 1, 3, 1).Opset(11).Node("Squeeze", "x", "y", n => n.Ints("axes", -1)), "float32 1×3"),
        ("Squeeze a long axis", m => X(m, 1, 3).Initializer("a", [1L], 1).Node("Squeeze", "x,a", "y"), "RG0011"),
        ("Unsqueeze", m => X(m, 3).Initializer("a", [-1L, 0L], 2).Node("Unsqueeze", "x,a", "y"), "float32 1×3×1"),
        ("Unsqueeze twice at one place", m => X(m, 3).Initializer("a", [0L, -3L], 2).Node("Unsqueeze", "x,a", "y"), "RG0011"),
        ("Concat's old default", m => X(m, 2, 3).Opset(1).Node("Concat", "x,x", "y"), "float32 2×6"),
        ("Concat without an axis", m => X(m, 2, 3).Node("Concat", "x,x", "y"), "RG0009"),
        ("Concat of shapes that differ", m => X(m, 2, 3).Input("z", ElementType.Float32, 3, 3).Node("Concat", "x,z", "y", n => n.Int("axis", 1)), "RG0011"),
        ("Concat of types that differ", m => X(m, 2, 3).Input("z", ElementType.Float64, 2, 3).Node("Concat", "x,z", "y", n => n.Int("axis", 1)), "RG0008"),
        ("Split unevenly", m => X(m, 7).Opset(18).Node("Split", "x", "y,b,c", n => n.Int("num_outputs", 3)), "float32 3"),
        ("Split unevenly before opset 18", m => X(m, 7).Node("Split", "x", "y,b,c"), "RG0011"),
        ("Split into parts that do not add up", m => X(m, 7).Initializer("p", [3L, 3L], 2).Node("Split", "x,p", "y,b"), "RG0011"),
        ("Split of opset 2", m => X(m, 7).Opset(2).Node("Split", "x", "y,b", n => n.Ints("split", 2, 5)), "float32 2"),
        ("Slice of opset 1", m => X(m, 7, 5).Opset(1).Node("Slice", "x", "y", n => n.Ints("starts", -3, 1).Ints("ends", int.MaxValue, 3)), "float32 3×2"),
        ("Slice backwards", m => Slice(X(m, 7), -1, int.MinValue, -2), "float32 4"),
        ("Slice by 0", m => Slice(X(m, 7), 0, 7, 0), "RG0011"),
        ("Slice with an end of run time", m => X(m, 7).Initializer("a", [0L], 1).Input("b", ElementType.Int64, 1).Node("Slice", "x,a,b", "y"), "float32 y[0]"),
        ("Gather", m => X(m, 4, 5).Input("i", ElementType.Int64, 2, 3).Node("Gather", "x,i", "y", n => n.Int("axis", 1)), "float32 4×2×3"),
        ("Gather outside", m => X(m, 4).Initializer("i", [4L], 1).Node("Gather", "x,i", "y"), "RG0011"),
        ("Gather by reals", m => X(m, 4).Input("i", ElementType.Float32, 2).Node("Gather", "x,i", "y"), "RG0008"),
        ("Pad with axes", m => X(m.Opset(18), 4, 5).Initializer("p", [1L, -2L], 2).Initializer("a", [-1L], 1).Node("Pad", "x,p,,a", "y"), "float32 4×4"),
        ("Pad of opset 2", m => X(m, 4).Opset(2).Node("Pad", "x", "y", n => n.Ints("pads", 1, 2).Float("value", 3)), "float32 7"),
        ("Pad cut to less than nothing", m => X(m, 2).Initializer("p", [-2L, -1L], 2).Node("Pad", "x,p", "y"), "RG0011"),
        ("Pad beyond all bounds", m => X(m, 2).Initializer("p", [0L, long.MaxValue], 2).Node("Pad", "x,p", "y"), "RG0011"),
        ("Pad by more than fits", m => X(m, 2).Initializer("p", [0L, int.MaxValue], 2).Node("Pad", "x,p", "y"), "RG0015"),
        ("Pad in an unknown mode", m => X(m, 2).Initializer("p", [0L, 1L], 2).Node("Pad", "x,p", "y", n => n.String("mode", "wrap")), "RG0009"),
        ("Transpose by half a permutation", m => X(m, 2, 3).Node("Transpose", "x", "y", n => n.Ints("perm", 0)), "RG0011"),
        ("Transpose by an axis twice", m => X(m, 2, 3).Node("Transpose", "x", "y", n => n.Ints("perm", 0, 0)), "RG0011"),
        ("Expand both ways", m => X(m, 3, 1).Initializer("s", [2L, 1L, 4L], 3).Node("Expand", "x,s", "y"), "float32 2×3×4"),
        ("Expand to what does not broadcast", m => X(m, 3).Initializer("s", [2L], 1).Node("Expand", "x,s", "y"), "RG0011"),
        ("Expand to a huge shape", m => X(m, 1).Initializer("s", [1L << 20, 1L << 20], 2).Node("Expand", "x,s", "y"), "RG0015"),
        ("Tile of opset 1", m => X(m, 2, 3).Opset(1).Initializer("t", [3L]).Initializer("a", [1L]).Node("Tile", "x,t,a", "y"), "float32 2×9"),
        ("Tile a negative number of times", m => X(m, 2).Initializer("r", [-1L], 1).Node("Tile", "x,r", "y"), "RG0011"),
        ("Shape of a part", m => X(m, 2, 3, 4).Node("Shape", "x", "y", n => n.Int("start", -2).Int("end", 99)), "int64 2"),
        ("Size", m => X(m, 2, 3).Node("Size", "x", "y"), "int64 scalar"),
        ("Constant of several values", m => m.Node("Constant", "", "y", n => n.Int("value_int", 1).Float("value_float", 2)), "RG0013"),
        ("Constant of floats", m => m.Node("Constant", "", "y", n => n.Floats("value_floats", 1, 2)), "float32 2"),
        ("Constant of one integer", m => m.Node("Constant", "", "y", n => n.Int("value_int", 7)), "int64 scalar"),
        ("ConstantOfShape beyond the budget", m => m.Initializer("s", [1L << 40], 1).Node("ConstantOfShape", "s", "y"), "RG0015"),
        ("ConstantOfShape of a negative length", m => m.Initializer("s", [-1L], 1).Node("ConstantOfShape", "s", "y"), "RG0011"),
        ("Range downwards", m => m.Initializer("a", [10L]).Initializer("b", [0L]).Initializer("c", [-3L]).Node("Range", "a,b,c", "y"), "int64 4"),
        ("Range of everything", m => m.Initializer("a", [long.MinValue]).Initializer("b", [long.MaxValue]).Initializer("c", [1L]).Node("Range", "a,b,c", "y"), "RG0015"),
        ("Range at run time", m => m.Input("a", ElementType.Int64).Initializer("b", [0L]).Initializer("c", [-3L]).Node("Range", "a,b,c", "y"), "int64 y[0]"),
        ("Split by an input that its opset lacks", m => X(m.Opset(7), 4).Input("s", ElementType.Float32, 2).Node("Split", "x,s", "y,z"), "RG0013"),
        ("Split by floats", m => X(m, 4).Input("s", ElementType.Float32, 2).Node("Split", "x,s", "y,z"), "RG0008"),
        ("Dropout by two ratios", m => X(m, 2).Initializer("r", [0.5f, 0.5f], 2).Initializer("t", Tensor.FromSpan<bool>(ElementType.Bool, [true])).Node("Dropout", "x,r,t", "y"), "RG0011"),
        ("DepthToSpace of an odd depth", m => X(m, 1, 3, 2, 2).Node("DepthToSpace", "x", "y", n => n.Int("blocksize", 2)), "RG0011"),
        ("DepthToSpace by a huge block", m => X(m, 1, 4, 2, 2).Node("DepthToSpace", "x", "y", n => n.Int("blocksize", 1L << 40)), "RG0011"),
        ("GatherND of too many axes", m => X(m, 2, 2).Input("i", ElementType.Int64, 1, 3).Node("GatherND", "x,i", "y"), "RG0011"),
        ("ScatterND of updates that do not fit", m => X(m, 2, 2).Input("i", ElementType.Int64, 1, 1).Input("u", ElementType.Float32, 2).Node("ScatterND", "x,i,u", "y"), "RG0011"),
        ("OneHot of an unknown depth", m => m.Input("i", ElementType.Int64, 2).Input("d", ElementType.Int64).Input("v", ElementType.Float32, 2).Node("OneHot", "i,d,v", "y"), "float32 2×y[1]"),
        ("Trilu of a vector", m => X(m, 2).Node("Trilu", "x", "y"), "RG0011"),
        ("Flatten an empty tensor with huge axes", m => X(m, 0, 1 << 20, 1 << 20).Node("Flatten", "x", "y"), "RG0015"),
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
    public void Arithmetic_on_shapes_folds_although_the_input_is_of_run_time()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3, 4)
            .Initializer("zero", [0L], 1).Initializer("rest", [-1L], 1)
            .Node("Shape", "x", "shape").Node("Gather", "shape,zero", "batch").Node("Size", "x", "size")
            .Node("Concat", "batch,rest", "target", n => n.Int("axis", 0)).Node("Reshape", "x,target", "y").Output("y");
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact with { Optimise = false });
        IEnumerable<string> operators = result.Plan!.Graph.Nodes.Select(n => n.Operator.Name);
        Assert.Equal(["Reshape"], operators);
    }

    private static OnnxModelWriter X(OnnxModelWriter model, params int[] lengths) => model.Input("x", ElementType.Float32, [.. lengths.Select(d => (OnnxDim)(long)d)]);

    private static OnnxModelWriter Slice(OnnxModelWriter model, long start, long end, long step)
        => model.Initializer("a", [start], 1).Initializer("b", [end], 1).Initializer("c", [0L], 1).Initializer("d", [step], 1).Node("Slice", "x,a,b,c,d", "y");
}
