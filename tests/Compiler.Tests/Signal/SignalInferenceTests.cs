using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Signal;

/// <summary>What shapes follow from inputs and parameters, and what is said where they do not fit.</summary>
public sealed class SignalInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("DFT of real numbers", m => X(m, 2, 10, 1).Node("DFT", "x", "y"), "float32 2×10×2"),
        ("DFT onesided", m => X(m, 2, 10, 1).Node("DFT", "x", "y", n => n.Int("onesided", 1)), "float32 2×6×2"),
        ("DFT of a length", m => X(m.Opset(20), 2, 10, 2).Initializer("n", [7L]).Node("DFT", "x,n", "y"), "float32 2×7×2"),
        ("DFT back to real numbers", m => X(m.Opset(20), 2, 6, 2).Node("DFT", "x", "y", n => n.Int("onesided", 1).Int("inverse", 1)), "float32 2×10×1"),
        ("DFT along the last axis", m => X(m.Opset(20), 2, 6, 2).Initializer("a", [-1L]).Node("DFT", "x,,a", "y"), "RG0011"),
        ("DFT of three parts", m => X(m, 2, 6, 3).Node("DFT", "x", "y"), "RG0011"),
        ("DFT of length 0", m => X(m, 2, 6, 1).Initializer("n", [0L]).Node("DFT", "x,n", "y"), "RG0011"),
        ("DFT of a huge length", m => X(m, 2, 6, 1).Initializer("n", [1L << 40]).Node("DFT", "x,n", "y"), "RG0015"),
        ("DFT onesided of complex numbers", m => X(m, 2, 6, 2).Node("DFT", "x", "y", n => n.Int("onesided", 1)), "RG0013"),
        ("STFT", m => X(m, 1, 128, 1).Initializer("s", [8L]).Initializer("n", [16L]).Node("STFT", "x,s,,n", "y"), "float32 1×15×9×2"),
        ("STFT of frames beyond the signal", m => X(m, 1, 12, 1).Initializer("s", [8L]).Initializer("n", [16L]).Node("STFT", "x,s,,n", "y"), "RG0011"),
        ("STFT of another window", m => X(m, 1, 64, 1).Initializer("s", [8L]).Input("w", ElementType.Float32, 15).Initializer("n", [16L]).Node("STFT", "x,s,w,n", "y"), "RG0011"),
        ("STFT in steps of 0", m => X(m, 1, 64, 1).Initializer("s", [0L]).Initializer("n", [16L]).Node("STFT", "x,s,,n", "y"), "RG0011"),
        ("A window", m => m.Initializer("n", [10L]).Node("HannWindow", "n", "y", n => n.Int("output_datatype", 11)), "float64 10"),
        ("A window of negative size", m => m.Initializer("n", [-1L]).Node("HannWindow", "n", "y"), "RG0011"),
        ("A window of strings", m => m.Initializer("n", [10L]).Node("HannWindow", "n", "y", n => n.Int("output_datatype", 8)), "RG0009"),
        ("Mel bands", m => Mel(m, 8, 16, 8000), "float32 9×8"),
        ("Mel bands beyond the spectrum", m => Mel(m, 8, 16, 2000), "RG0011"),
        ("Mel bands by numbers of run time", m => m.Input("b", ElementType.Int64).Input("r", ElementType.Int64).Initializer("n", [63L]).Initializer("l", [300f]).Initializer("h", [3000f])
            .Node("MelWeightMatrix", "b,n,r,l,h", "y"), "RG0021"),
        ("Det", m => X(m, 2, 3, 4, 4).Node("Det", "x", "y"), "float32 2×3"),
        ("Det of what is not square", m => X(m, 3, 4).Node("Det", "x", "y"), "RG0011"),
        ("TopK", m => X(m, 3, 4).Initializer("k", [2L], 1).Node("TopK", "x,k", "y,i"), "float32 3×2"),
        ("TopK of opset 1", m => X(m, 3, 4).Opset(1).Node("TopK", "x", "y,i", n => n.Int("k", 3).Int("axis", 0)), "float32 3×4"),
        ("TopK of more than there are", m => X(m, 3, 4).Initializer("k", [5L], 1).Node("TopK", "x,k", "y,i"), "RG0011"),
        ("Einsum without an arrow", m => X(m, 3, 4).Input("z", ElementType.Float32, 4, 5).Node("Einsum", "x,z", "y", n => n.String("equation", "ba,ac")), "float32 3×5"),
        ("Einsum of other lengths", m => X(m, 3, 4).Input("z", ElementType.Float32, 5, 5).Node("Einsum", "x,z", "y", n => n.String("equation", "ij,jk->ik")), "RG0011"),
        ("Einsum of another rank", m => X(m, 3, 4).Node("Einsum", "x", "y", n => n.String("equation", "ijk->k")), "RG0009"),
        ("Einsum of an unknown axis", m => X(m, 3, 4).Node("Einsum", "x", "y", n => n.String("equation", "ij->k")), "RG0009"),
        ("Einsum of an axis twice", m => X(m, 3, 4).Node("Einsum", "x", "y", n => n.String("equation", "ij->ii")), "RG0009"),
        ("Einsum without sense", m => X(m, 3, 4).Node("Einsum", "x", "y", n => n.String("equation", "i.->")), "RG0009"),
        ("ReverseSequence", m => X(m, 3, 4).Initializer("l", [0L, 1, 2, 3], 4).Node("ReverseSequence", "x,l", "y"), "float32 3×4"),
        ("ReverseSequence beyond the end", m => X(m, 3, 4).Initializer("l", [0L, 1, 2, 4], 4).Node("ReverseSequence", "x,l", "y"), "RG0011"),
        ("ReverseSequence along one axis", m => X(m, 3, 4).Initializer("l", [1L, 1, 1], 3).Node("ReverseSequence", "x,l", "y", n => n.Int("batch_axis", 0)), "RG0013"),
        ("CumProd before it was defined", m => X(m.Opset(25), 3).Initializer("a", [0L]).Node("CumProd", "x,a", "y"), "RG0007"),
        ("RandomNormal", m => m.Node("RandomNormal", "", "y", n => n.Ints("shape", 2, 3).Int("dtype", 10)), "float16 2×3"),
        ("RandomNormal of a negative shape", m => m.Node("RandomNormal", "", "y", n => n.Ints("shape", 2, -3)), "RG0011"),
        ("RandomUniform without a shape", m => m.Node("RandomUniform", "", "y"), "RG0009"),
        ("RandomNormalLike of integers", m => m.Input("x", ElementType.Int32, 2).Node("RandomNormalLike", "x", "y"), "RG0009"),
        ("Multinomial", m => X(m, 3, 4).Node("Multinomial", "x", "y", n => n.Int("sample_size", 5)), "int32 3×5"),
        ("Multinomial of no classes", m => X(m, 3, 0).Node("Multinomial", "x", "y"), "RG0011"),
        ("Bernoulli as bool", m => X(m, 3).Node("Bernoulli", "x", "y", n => n.Int("dtype", 9)), "bool 3"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_shape_follows_or_is_refused(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.First(r => r.Name == name);
        InferenceRow.Check(write, expected);
    }

    private static OnnxModelWriter X(OnnxModelWriter model, params int[] lengths) => model.Input("x", ElementType.Float32, [.. lengths.Select(d => (OnnxDim)(long)d)]);

    private static OnnxModelWriter Mel(OnnxModelWriter model, long bands, long length, long rate)
        => model.Initializer("b", [bands]).Initializer("n", [length]).Initializer("r", [rate]).Initializer("l", [0f]).Initializer("h", [4000f]).Node("MelWeightMatrix", "b,n,r,l,h", "y");
}
