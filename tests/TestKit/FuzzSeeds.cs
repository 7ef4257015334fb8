using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.TestKit;

/// <summary>Good models that fuzzing starts from: small, and between them every part of the format.</summary>
public static class FuzzSeeds
{
    /// <summary>The models.</summary>
    public static IReadOnlyList<byte[]> All { get; } = [.. Writers().Select(w => w.ToBytes())];

    private static IEnumerable<OnnxModelWriter> Writers()
    {
        yield return Convolutional();
        yield return Branches();
        yield return Encodings();
        yield return Shapes();
        yield return Functions();
    }

    private static OnnxModelWriter Convolutional() => new OnnxModelWriter().Input("x", ElementType.Float32, "batch", 1, 8, 8)
        .Initializer("w", [.. Enumerable.Range(0, 18).Select(i => (i - 9) / 10f)], 2, 1, 3, 3).Initializer("b", [0.5f, -0.5f], 2)
        .Initializer("scale", [1f, 2f], 2).Initializer("mean", [0f, 0.1f], 2).Initializer("var", [1f, 0.5f], 2)
        .Initializer("fc", new float[32 * 3], 32, 3).Initializer("fcb", [1f, 2f, 3f], 3)
        .Node("Conv", "x,w,b", "c", n => n.Name("conv").Ints("kernel_shape", 3, 3).Ints("pads", 1, 1, 1, 1).Ints("strides", 1, 1))
        .Node("BatchNormalization", "c,scale,b,mean,var", "n", n => n.Float("epsilon", 1e-5f))
        .Node("Relu", "n", "r").Node("MaxPool", "r", "p", n => n.Ints("kernel_shape", 2, 2).Ints("strides", 2, 2))
        .ValueInfo("p", OnnxType.Tensor(ElementType.Float32, "batch", 2, 4, 4))
        .Node("Flatten", "p", "f", n => n.Int("axis", 1)).Node("Gemm", "f,fc,fcb", "g", n => n.Float("alpha", 1).Int("transB", 0))
        .Node("Softmax", "g", "y", n => n.Int("axis", -1)).Output("y", ElementType.Float32, "batch", 3);

    private static OnnxModelWriter Branches() => new OnnxModelWriter().Opset(16).Input("x", ElementType.Float32, 2, 3).Input("c", ElementType.Bool)
        .Input("s", OnnxType.Sequence(OnnxType.Tensor(ElementType.Float32, "n"))).Input("o", OnnxType.Optional(OnnxType.Tensor(ElementType.Int64)))
        .Node("If", "c", "h", n => n.Name("if").Graph("then_branch", g => g.Node("Neg", "x", "t").Output("t")).Graph("else_branch", g => g.Initializer("k", [1f], 1).Node("Add", "x,k", "e").Output("e")))
        .Node("Loop", ",c,h", "y", n => n.Graph("body", g => g.Input("i", ElementType.Int64).Input("k", ElementType.Bool).Input("v", ElementType.Float32, 2, 3)
            .Node("Identity", "k", "k2").Node("Abs", "v", "v2").Output("k2").Output("v2"))).Output("y");

    private static OnnxModelWriter Encodings()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 4);
        foreach (ElementType type in System.Enum.GetValues<ElementType>().Where(t => t is not (ElementType.Undefined or ElementType.String)))
        {
            var tensor = new Tensor(type, [4], Enumerable.Range(0, (int)Tensor.ByteLength(type, 4)).Select(i => (byte)(i % 2)).ToArray());
            writer.Initializer("raw" + type, tensor).Initializer("typed" + type, tensor, OnnxEncoding.Typed).Initializer("loose" + type, tensor, OnnxEncoding.Unpacked);
        }

        return writer.Initializer("text", new Tensor([2], ["a", "b"])).SparseInitializer("sparse", Tensor.Of([1f], 1), Tensor.Of([2L], 1), 4)
            .Node("Add", "x,rawFloat32", "a").Node("Mul", "a,typedFloat32", "b").Node("Add", "b,sparse", "y").Output("y");
    }

    private static OnnxModelWriter Shapes() => new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, "batch", "seq", 8)
        .Node("Shape", "x", "s").Node("Constant", "", "i", n => n.Tensor("value", Tensor.Of([0L], 1), OnnxEncoding.Typed)).Node("Gather", "s,i", "d", n => n.Int("axis", 0))
        .Initializer("m", [-1L], 1).Node("Concat", "d,m", "t", n => n.Int("axis", 0)).Node("Reshape", "x,t", "r")
        .Initializer("st", [0L], 1).Initializer("en", [4L], 1).Initializer("ax", [1L], 1).Node("Slice", "r,st,en,ax", "l")
        .Node("Transpose", "l", "tr", n => n.Ints("perm", 1, 0)).Node("ReduceMean", "tr", "y", n => n.Int("keepdims", 0)).Node("Split", "l", "p,q", n => n.Int("axis", 1).Int("num_outputs", 2))
        .Node("Expand", "p,t2", "ex").Initializer("t2", [3L, 1L, 2L], 3).Output("y").Output("ex").Output("q");

    private static OnnxModelWriter Functions() => new OnnxModelWriter().Opset(17).Opset(1, "own").Input("x", ElementType.Float32, 3)
        .Function("own", "Twice", "a", "b", f => f.Opset(17).Attribute("k").Attribute("d", 5).Node("Add", "a,a", "c").Node("LeakyRelu", "c", "b", n => n.Reference("alpha", "k")))
        .Node("Twice", "x", "h", n => n.Domain("own").Float("k", 0.1f)).Node("Op", "h", "y", n => n.Domain("own").Ints("is", 1, 2).Floats("fs", 1, 2).Strings("ss", "a").String("s", "b")
            .Tensors("ts", Tensor.Of([1f], 1)).Type("tp", OnnxType.Tensor(ElementType.Float32, 1)).Graphs("gs", g => g.Output("x"))).Output("y");
}
