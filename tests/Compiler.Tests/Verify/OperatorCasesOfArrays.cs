using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Further cases of <see cref="OperatorCases"/>: products of many, sums of places, attention, transforms, rankings and branches.</summary>
internal static class OperatorCasesOfArrays
{
    /// <summary>The cases.</summary>
    public static (string Name, Func<OnnxModelWriter, OnnxModelWriter> Build, int Outputs)[] All { get; } =
    [
        ("ReduceProd", static m => OperatorCases.Rows(m, "z").Initializer("a", [1L], 1).Node("ReduceProd", "t,a", "u").Flat("u"), 2),
        ("ReduceProd of all", static m => m.Node("ReduceProd", "z", "u").Flat("u"), 1),
        ("ReduceLogSumExp", static m => OperatorCases.Rows(m, "z").Initializer("a", [1L], 1).Node("ReduceLogSumExp", "t,a", "u").Flat("u"), 2),
        ("ReduceLogSumExp of columns", static m => OperatorCases.Rows(m, "z").Initializer("a", [0L], 1).Node("ReduceLogSumExp", "t,a", "u").Flat("u"), 3),
        .. new[] { (0, 0), (1, 0), (0, 1), (1, 1) }.Select(static f => ((string, Func<OnnxModelWriter, OnnxModelWriter>, int))("CumProd " + f, m => m.Initializer("a", [1L]).Node("CumProd", "z,a", "v", n => n.Int("exclusive", f.Item1).Int("reverse", f.Item2)), 6)),
        .. new[] { 1, 2, 3 }.Select(static p => ((string, Func<OnnxModelWriter, OnnxModelWriter>, int))("LpPool " + p, m => m.Initializer("q7", [1L, 2, 3], 3).Node("Reshape", "z,q7", "t").Node("LpPool", "t", "u", n => n.Int("p", p).Ints("kernel_shape", 2).Ints("pads", 1, 0)).Flat("u"), 6)),
        ("GlobalLpPool", static m => m.Initializer("q7", [1L, 2, 3], 3).Node("Reshape", "z,q7", "t").Node("GlobalLpPool", "t", "u").Flat("u"), 2),
        .. new[] { ("ij,ij->i", 2), ("ij,kj->ik", 4), ("ij,ij->", 1), ("ij,jk->", 1), ("ij,ik->jk", 9) }.Select(static e => ((string, Func<OnnxModelWriter, OnnxModelWriter>, int))("Einsum " + e.Item1, m => Squares(m).Node("Einsum", e.Item1 == "ij,jk->" ? "t,o2" : "t,o", "u", n => n.String("equation", e.Item1)).Flat("u"), e.Item2)),
        ("Einsum with a constant", static m => OperatorCases.Rows(m, "z").Initializer("ew", OperatorCases.Weights(12, 3), 2, 3, 2).Node("Einsum", "t,ew", "u", static n => n.String("equation", "ij,ijk->k")).Flat("u"), 2),
        ("Einsum that repeats elements", static m => OperatorCases.Rows(m, "z").Initializer("ew", [1f, -1, 0.5f, -0.25f], 4).Node("Einsum", "t,ew", "u", static n => n.String("equation", "ij,k->i")).Flat("u"), 2),
        ("Einsum of one", static m => OperatorCases.Rows(m, "z").Node("Einsum", "t", "u", static n => n.String("equation", "ij->j")).Flat("u"), 3),
        ("DFT", static m => m.Initializer("q7", [1L, 6, 1], 3).Node("Reshape", "z,q7", "t").Node("DFT", "t", "u").Flat("u"), 12),
        ("DFT of seven", static m => m.Initializer("q7", [1L, 6, 1], 3).Node("Reshape", "z,q7", "t").Initializer("len", [7L]).Node("DFT", "t,len", "u", static n => n.Int("onesided", 1)).Flat("u"), 8),
        ("Inverse DFT", static m => m.Initializer("q7", [1L, 3, 2], 3).Node("Reshape", "z,q7", "t").Node("DFT", "t", "u", static n => n.Int("inverse", 1)).Flat("u"), 6),
        ("STFT", static m => m.Initializer("q7", [1L, 6, 1], 3).Node("Reshape", "z,q7", "t").Initializer("hop", [2L]).Initializer("win", [0.5f, 1, 1, 0.5f], 4).Node("STFT", "t,hop,win", "u").Flat("u"), 12),
        ("Det", static m => m.Initializer("first", [0L, 1, 2, 3], 4).Node("Gather", "z,first", "f4", static n => n.Int("axis", 1)).Initializer("q7", [1L, 2, 2], 3).Node("Reshape", "f4,q7", "t").Node("Det", "t", "u").Flat("u"), 1),
        ("Det of three rows", static m => m.Node("Concat", "z,p", "w2", static n => n.Int("axis", 1)).Initializer("first", [0L, 1, 2, 3, 4, 5, 6, 7, 8], 9).Node("Gather", "w2,first", "f9", static n => n.Int("axis", 1)).Initializer("q7", [1L, 3, 3], 3).Node("Reshape", "f9,q7", "t").Node("Det", "t", "u").Flat("u"), 1),
        .. new[] { ("linear", "half_pixel"), ("cubic", "half_pixel"), ("linear", "align_corners"), ("cubic", "asymmetric") }.Select(static r => ((string, Func<OnnxModelWriter, OnnxModelWriter>, int))("Resize " + r, m => m.Initializer("q7", [1L, 1, 2, 3], 4).Node("Reshape", "z,q7", "t")
            .Initializer("sz", [1L, 1, 3, 4], 4).Node("Resize", "t,,,sz", "u", n => n.String("mode", r.Item1).String("coordinate_transformation_mode", r.Item2)).Flat("u"), 12)),
        ("Resize that crops", static m => m.Initializer("q7", [1L, 1, 2, 3], 4).Node("Reshape", "z,q7", "t").Initializer("roi", [0f, 0, 0.4f, -0.3f, 1, 1, 1.2f, 0.8f], 8).Initializer("sz", [1L, 1, 3, 3], 4)
            .Node("Resize", "t,roi,,sz", "u", static n => n.String("mode", "linear").String("coordinate_transformation_mode", "tf_crop_and_resize").Float("extrapolation_value", 0.7f)).Flat("u"), 9),
        ("AffineGrid", static m => m.Initializer("q7", [1L, 2, 3], 3).Node("Reshape", "z,q7", "t").Initializer("sz", [1L, 1, 2, 3], 4).Node("AffineGrid", "t,sz", "u").Flat("u"), 12),
        .. new[] { "linear", "cubic" }.Select(static mode => ((string, Func<OnnxModelWriter, OnnxModelWriter>, int))("GridSample " + mode, m => m.Initializer("q7", [1L, 1, 2, 3], 4).Node("Reshape", "z,q7", "t").Initializer("gr", [-0.9f, 0.3f, 0.2f, -0.5f, 1.4f, 0.8f, 0, 0], 1, 2, 2, 2).Node("GridSample", "t,gr", "u", n => n.String("mode", mode)).Flat("u"), 4)),
        ("RotaryEmbedding", static m => m.Initializer("q7", [1L, 1, 1, 6], 4).Node("Reshape", "z,q7", "t").Initializer("co", [0.8f, 0.2f, -0.4f], 1, 1, 3).Initializer("si", [0.6f, 0.97f, 0.9f], 1, 1, 3).Node("RotaryEmbedding", "t,co,si", "u").Flat("u"), 6),
        ("RotaryEmbedding of neighbours", static m => m.Initializer("q7", [1L, 1, 6], 3).Node("Reshape", "z,q7", "t").Initializer("co", [0.8f], 1, 1, 1).Initializer("si", [0.6f], 1, 1, 1).Node("RotaryEmbedding", "t,co,si", "u", static n => n.Int("num_heads", 2).Int("interleaved", 1).Int("rotary_embedding_dim", 2)).Flat("u"), 6),
        ("Attention", static m => Heads(m).Node("Attention", "hq,hk,hk", "u").Flat("u"), 6),
        ("Causal attention, capped", static m => Heads(m).Node("Attention", "hq,hk,hk", "u", static n => n.Int("is_causal", 1).Float("softcap", 0.7f).Float("scale", 0.9f)).Flat("u"), 6),
        ("Attention with a mask", static m => Heads(m).Initializer("mk", [0f, 0.5f, -1, -2], 2, 2).Node("Attention", "hq,hk,hk,mk", "u").Flat("u"), 6),
        ("Attention with a mask of bool", static m => Heads(m).Initializer("mk", Tensor.FromSpan<byte>(ElementType.Bool, [1, 0, 1, 1], [2, 2])).Node("Attention", "hq,hk,hk,mk", "u").Flat("u"), 6),
        ("Attention of two heads on one", static m => m.Initializer("qs3", [1L, 1, 6], 3).Node("Reshape", "z,qs3", "hq").Initializer("ks3", [1L, 2, 3], 3).Node("Reshape", "p,ks3", "hk").Node("Attention", "hq,hk,hk", "u", static n => n.Int("q_num_heads", 2).Int("kv_num_heads", 1)).Flat("u"), 6),
        ("Attention with a past", static m => Heads(m).Initializer("pk", OperatorCases.Weights(6, 5), 1, 1, 2, 3).Initializer("pv", OperatorCases.Weights(6, 6), 1, 1, 2, 3).Node("Attention", "hq,hk,hk,,pk,pv", "u0,pr,pw").Node("Flatten", "u0", "v0", static n => n.Int("axis", 0)).Node("Flatten", "pw", "pf", static n => n.Int("axis", 0)).Node("Concat", "v0,pf", "v", static n => n.Int("axis", 1)), 18),
        ("TopK", static m => m.Initializer("k", [3L], 1).Node("TopK", "z,k", "v,at"), 3),
        ("TopK, smallest of columns", static m => OperatorCases.Rows(m, "z").Initializer("k", [2L], 1).Node("TopK", "t,k", "u,at", static n => n.Int("axis", 0).Int("largest", 0)).Flat("u"), 6),
        ("OneHot", static m => m.Node("ArgMax", "z", "i", static n => n.Int("axis", 1).Int("keepdims", 0)).Initializer("depth", [6L]).Initializer("off", [0.2f, 1.5f], 2).Node("OneHot", "i,depth,off", "v"), 6),
        ("IsNaN", static m => m.Node("IsNaN", "z", "t").Node("Where", "t,p,z", "v"), 6),
        ("Mod", static m => m.Initializer("e", [0.3f]).Node("Mod", "z,e", "v", static n => n.Int("fmod", 1)), 6),
        ("Mod of integers", static m => m.Initializer("e", [5f]).Node("Mul", "z,e", "s").Node("Cast", "s", "i", static n => n.Int("to", 7)).Initializer("three", [3L]).Node("Mod", "i,three", "j").Node("Cast", "j", "v", static n => n.Int("to", 1)), 6),
        ("Pow of several", static m => m.Initializer("e", [2f, 1, 0, -1, 0.5f, 3], 6).Node("Pow", "p,e", "v"), 6),
        ("Pow of a value", static m => m.Node("Pow", "p,z", "v"), 6),
        ("Pow of a constant", static m => m.Initializer("e", [1.7f]).Node("Pow", "e,z", "v"), 6),
        ("Scatter that adds", static m => m.Initializer("at", [0L, 2, 0, 5], 1, 4).Initializer("up", [0.5f, -1, 0.25f, 2], 1, 4).Node("ScatterElements", "z,at,up", "v", static n => n.Int("axis", 1).String("reduction", "add")), 6),
        ("Scatter of values that adds", static m => m.Initializer("at", [0L, 2, 0, 5, 5, 5], 1, 6).Node("ScatterElements", "z,at,p", "v", static n => n.Int("axis", 1).String("reduction", "add")), 6),
        ("MaxUnpool", static m => m.Initializer("q7", [1L, 1, 6], 3).Node("Reshape", "z,q7", "t").Initializer("at", [0L, 2, 4, 7, 9, 11], 1, 1, 6).Node("MaxUnpool", "t,at", "u", static n => n.Ints("kernel_shape", 2).Ints("strides", 2)).Flat("u"), 12),
        ("If", static m => Condition(m).Node("If", "holds", "v", static n => n.Graph("then_branch", static g => g.Node("Tanh", "z", "b1").Output("b1")).Graph("else_branch", static g => g.Initializer("e2", [0.5f]).Node("Mul", "p,e2", "b3").Output("b3"))), 6),
        ("If with a constant", static m => Condition(m).Node("If", "holds", "v", static n => n.Graph("then_branch", static g => g.Initializer("b2", [1f, 2, 3, 4, 5, 6], 1, 6).Output("b2")).Graph("else_branch", static g => g.Node("Identity", "z", "b4").Output("b4"))), 6),
    ];

    /// <summary>A condition that some inputs fulfil: the first element is above the second.</summary>
    private static OnnxModelWriter Condition(OnnxModelWriter model)
        => model.Initializer("i0", [0L], 1).Initializer("i1", [1L], 1).Node("Gather", "z,i0", "z0", static n => n.Int("axis", 1)).Node("Gather", "z,i1", "z1", static n => n.Int("axis", 1)).Node("Greater", "z0,z1", "gt").Initializer("none", Array.Empty<long>(), 0).Node("Reshape", "gt,none", "holds");

    /// <summary>Queries hq and keys hk, [1, 1, 2, 3].</summary>
    private static OnnxModelWriter Heads(OnnxModelWriter model) => model.Initializer("hs", [1L, 1, 2, 3], 4).Node("Reshape", "z,hs", "hq").Node("Reshape", "p,hs", "hk");

    /// <summary>Rows t of z, o of p, [2, 3], and o2, [3, 2].</summary>
    private static OnnxModelWriter Squares(OnnxModelWriter model)
        => OperatorCases.Rows(model, "z").Initializer("q6", [2L, 3], 2).Node("Reshape", "p,q6", "o").Node("Transpose", "o", "o2", static n => n.Ints("perm", 1, 0));

    /// <summary>A value as one row, v.</summary>
    private static OnnxModelWriter Flat(this OnnxModelWriter model, string value) => model.Initializer("row1", [1L, -1], 2).Node("Reshape", value + ",row1", "v");
}
