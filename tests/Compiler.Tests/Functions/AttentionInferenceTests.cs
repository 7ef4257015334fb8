using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>What shapes follow from the inputs of operators of attention, and what is said where they do not fit.</summary>
public sealed class AttentionInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("Packed heads", m => Attend(m, [2, 3, 12], [2, 5, 4], [2, 5, 6], n => n.Int("q_num_heads", 6).Int("kv_num_heads", 2)), "float32 2×3×18"),
        ("Packed heads without their number", m => Attend(m, [2, 3, 12], [2, 5, 4], [2, 5, 6], _ => { }), "RG0009"),
        ("Heads that do not divide", m => Attend(m, [2, 3, 12], [2, 5, 4], [2, 5, 6], n => n.Int("q_num_heads", 5).Int("kv_num_heads", 2)), "RG0009"),
        ("A huge number of heads", m => Attend(m, [2, 3, 12], [2, 5, 4], [2, 5, 6], n => n.Int("q_num_heads", long.MaxValue).Int("kv_num_heads", 2)), "RG0009"),
        ("Groups that do not fit", m => Attend(m, [2, 5, 3, 4], [2, 2, 3, 4], [2, 2, 3, 4], _ => { }), "RG0011"),
        ("Keys of another length", m => Attend(m, [2, 2, 3, 4], [2, 2, 3, 5], [2, 2, 3, 4], _ => { }), "RG0011"),
        ("Another number of values", m => Attend(m, [2, 2, 3, 4], [2, 2, 3, 4], [2, 2, 2, 4], _ => { }), "RG0011"),
        ("Ranks that differ", m => Attend(m, [2, 2, 3, 4], [2, 3, 8], [2, 3, 8], _ => { }), "RG0011"),
        ("An unknown mode", m => Attend(m, [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], n => n.Int("qk_matmul_output_mode", 4)), "RG0009"),
        ("A negative scale", m => Attend(m, [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], n => n.Float("scale", -1)), "RG0009"),
        ("Precision of integers", m => Attend(m, [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], n => n.Int("softmax_precision", 7)), "RG0009"),
        ("Half a cache", m => X(m.Opset(23), 1, 1, 2, 4).Node("Attention", "x,x,x,,x", "y"), "RG0013"),
        ("A mask that is too wide", m => X(m.Opset(24), 1, 1, 2, 4).Input("m", ElementType.Bool, 2, 3).Node("Attention", "x,x,x,m", "y"), "RG0011"),
        ("A mask that is too narrow before opset 24", m => X(m.Opset(23), 1, 1, 3, 4).Input("m", ElementType.Bool, 3, 2).Node("Attention", "x,x,x,m", "y"), "RG0011"),
        ("A narrow mask", m => X(m.Opset(24), 1, 1, 3, 4).Input("m", ElementType.Bool, 3, 2).Node("Attention", "x,x,x,m", "y"), "float32 1×1×3×4"),
        ("Lengths before opset 24", m => X(m.Opset(23), 1, 1, 3, 4).Input("l", ElementType.Int64, 1).Node("Attention", "x,x,x,,,,l", "y"), "RG0013"),
        ("An odd rotation", m => X(m.Opset(23), 1, 1, 1, 3).Input("c", ElementType.Float32, 1, 1, 1).Node("RotaryEmbedding", "x,c,c", "y"), "RG0009"),
        ("Angles of other positions", m => X(m.Opset(23), 1, 1, 2, 4).Input("c", ElementType.Float32, 1, 1, 2).Node("RotaryEmbedding", "x,c,c", "y"), "RG0011"),
        ("A constant position outside", m => X(m.Opset(23), 1, 1, 1, 4).Input("c", ElementType.Float32, 3, 2).Initializer("p", [3L], 1, 1).Node("RotaryEmbedding", "x,c,c,p", "y"), "RG0011"),
        ("A gate that is missing", m => X(m.Opset(27), 1, 1, 4).Node("LinearAttention", "x,x,x", "y,s", n => n.Int("q_num_heads", 1).Int("kv_num_heads", 1)), "RG0013"),
        ("A gate too many", m => X(m.Opset(27), 1, 1, 4).Node("LinearAttention", "x,x,x,,x", "y,s", n => n.String("update_rule", "linear").Int("q_num_heads", 1).Int("kv_num_heads", 1)), "RG0013"),
        ("An unknown rule", m => X(m.Opset(27), 1, 1, 4).Node("LinearAttention", "x,x,x", "y,s", n => n.String("update_rule", "none").Int("q_num_heads", 1).Int("kv_num_heads", 1)), "RG0009"),
        ("A kernel of another number of channels", m => X(m.Opset(27), 1, 3, 4).Input("w", ElementType.Float32, 2, 1, 2).Node("CausalConvWithState", "x,w", "y,s"), "RG0011"),
        ("An unknown activation", m => X(m.Opset(27), 1, 3, 4).Input("w", ElementType.Float32, 3, 1, 2).Node("CausalConvWithState", "x,w", "y,s", n => n.String("activation", "relu")), "RG0009"),
        ("A modification of two inputs", m => X(m.Opset(26).Opset(1, "ai.onnx.preview"), 1, 1, 1, 4).Node("FlexAttention", "x,x,x", "y", n => n.Domain("ai.onnx.preview")
            .Graph("score_mod", g => g.Input("a", ElementType.Float32).Input("b", ElementType.Float32).Node("Add", "a,b", "c").Output("c"))), "RG0009"),
        ("An update of samples", m => X(m.Opset(24), 2, 3).Node("TensorScatter", "x,x", "y", n => n.Int("axis", 0)), "RG0009"),
        ("An update that is too long", m => X(m.Opset(24), 2, 3).Input("u", ElementType.Float32, 2, 4).Node("TensorScatter", "x,u", "y", n => n.Int("axis", 1)), "RG0011"),
        ("A negative length", m => X(m.Opset(18), 2).Initializer("s", [-1L], 1).Node("CenterCropPad", "x,s", "y"), "RG0011"),
        ("A length beyond all bounds", m => X(m.Opset(18), 2).Initializer("s", [long.MaxValue], 1).Node("CenterCropPad", "x,s", "y"), "RG0015"),
        ("A grid beyond all bounds", m => X(m.Opset(20), 1, 2, 3).Initializer("s", [1L, 1L, 1L << 40, 1L << 40], 4).Node("AffineGrid", "x,s", "y"), "RG0015"),
        ("A map of one dimension", m => X(m.Opset(20), 1, 1, 2).Initializer("s", [1L, 1L, 4L], 3).Node("AffineGrid", "x,s", "y"), "RG0011"),
        ("A size of run time", m => X(m.Opset(20), 1, 2, 3).Input("s", ElementType.Int64, 4).Node("AffineGrid", "x,s", "y"), "RG0021"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Infers_or_says_what_does_not_fit(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.Single(r => r.Name == name);
        var writer = new OnnxModelWriter();
        write(writer);
        CompilationResult result = ModelCompiler.Compile(writer.Output("y").ToSource(), TestOptions.Exact);
        if (expected.StartsWith("RG", StringComparison.Ordinal)) Assert.Contains(result.Diagnostics, d => d.Descriptor.Id == expected);
        else Assert.Equal(expected, result.Plan!.Graph.TypeOf("y")!.ToString());
    }

    private static void Attend(OnnxModelWriter model, int[] q, int[] k, int[] v, Action<OnnxNodeWriter> attributes)
        => model.Opset(23).Input("q", ElementType.Float32, Dims(q)).Input("k", ElementType.Float32, Dims(k)).Input("v", ElementType.Float32, Dims(v)).Node("Attention", "q,k,v", "y", attributes);

    private static OnnxModelWriter X(OnnxModelWriter model, params int[] lengths) => model.Input("x", ElementType.Float32, Dims(lengths));

    private static OnnxDim[] Dims(int[] lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];
}
