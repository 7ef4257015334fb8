using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>What is said where a normalisation or loss does not fit its inputs.</summary>
public sealed class NormalisationInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("Scale that does not broadcast", m => X(m, 2, 3).Input("s", ElementType.Float32, 2).Node("LayerNormalization", "x,s", "y"), "RG0011"),
        ("Axis outside", m => X(m, 2, 3).Input("s", ElementType.Float32, 3).Node("LayerNormalization", "x,s", "y", n => n.Int("axis", 2)), "RG0011"),
        ("Stash type of integers", m => X(m, 2, 3).Input("s", ElementType.Float32, 3).Node("LayerNormalization", "x,s", "y", n => n.Int("stash_type", 7)), "RG0009"),
        ("RMS scale over an axis of rows", m => X(m.Opset(23), 2, 3).Input("s", ElementType.Float32, 2, 3).Node("RMSNormalization", "x,s", "y"), "RG0011"),
        ("RMS before opset 23", m => X(m.Opset(22), 2, 3).Input("s", ElementType.Float32, 3).Node("RMSNormalization", "x,s", "y"), "RG0007"),
        ("Instances without channels", m => X(m, 3).Input("s", ElementType.Float32, 3).Node("InstanceNormalization", "x,s,s", "y"), "RG0011"),
        ("One scale too few", m => X(m, 1, 3, 2).Input("s", ElementType.Float32, 2).Node("InstanceNormalization", "x,s,s", "y"), "RG0011"),
        ("Groups that do not divide", m => X(m.Opset(21), 1, 3, 2).Input("s", ElementType.Float32, 3).Node("GroupNormalization", "x,s,s", "y", n => n.Int("num_groups", 2)), "RG0009"),
        ("No groups", m => X(m.Opset(21), 1, 3, 2).Input("s", ElementType.Float32, 3).Node("GroupNormalization", "x,s,s", "y", n => n.Int("num_groups", 0)), "RG0009"),
        ("Scales by channel in opset 18", m => X(m.Opset(18), 1, 4, 2).Input("s", ElementType.Float32, 4).Node("GroupNormalization", "x,s,s", "y", n => n.Int("num_groups", 2)), "RG0011"),
        ("Norm of order 3", m => X(m, 3).Node("LpNormalization", "x", "y", n => n.Int("p", 3)), "RG0009"),
        ("LRN without a size", m => X(m, 1, 3).Node("LRN", "x", "y"), "RG0009"),
        ("LRN over nothing", m => X(m, 1, 3).Node("LRN", "x", "y", n => n.Int("size", 0)), "RG0009"),
        ("Default axes of a matrix", m => X(m, 2, 3).Node("MeanVarianceNormalization", "x", "y"), "RG0011"),
        ("An axis twice", m => X(m, 2, 3).Node("MeanVarianceNormalization", "x", "y", n => n.Ints("axes", 0, -2)), "RG0011"),
        ("Targets of another shape", m => X(m, 2, 3, 4).Input("t", ElementType.Int64, 2, 3).Node("NegativeLogLikelihoodLoss", "x,t", "y"), "RG0011"),
        ("Unknown reduction", m => X(m, 2, 3).Input("t", ElementType.Int64, 2).Node("NegativeLogLikelihoodLoss", "x,t", "y", n => n.String("reduction", "max")), "RG0009"),
        ("A weight too many", m => X(m, 2, 3).Input("t", ElementType.Int64, 2).Input("w", ElementType.Float32, 4).Node("SoftmaxCrossEntropyLoss", "x,t,w", "y"), "RG0011"),
        ("Targets of another type", m => X(m, 2, 3).Input("t", ElementType.UInt8, 2).Node("SoftmaxCrossEntropyLoss", "x,t", "y"), "RG0008"),
        ("Constant target outside", m => m.Initializer("x", [1f, 2f], 1, 2).Initializer("t", [2L], 1).Node("NegativeLogLikelihoodLoss", "x,t", "y"), "RG0013"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_what_does_not_fit(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.Single(r => r.Name == name);
        var writer = new OnnxModelWriter();
        write(writer);
        CompilationResult result = ModelCompiler.Compile(writer.Output("y").ToSource(), TestOptions.Exact);
        Assert.Contains(result.Diagnostics, d => d.Descriptor.Id == expected);
    }

    private static OnnxModelWriter X(OnnxModelWriter model, params int[] lengths) => model.Input("x", ElementType.Float32, [.. lengths.Select(d => (OnnxDim)(long)d)]);
}
