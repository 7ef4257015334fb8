using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Recurrent;

/// <summary>The shapes of recurrent layers, and what is said where sizes or parameters do not fit.</summary>
public sealed class RecurrentInferenceTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("LSTM", m => Layer(m, "LSTM", 4), "float32 5×1×2×8"),
        ("LSTM of opset 1", m => Layer(m.Opset(1), "LSTM", 4), "float32 5×1×2×8"),
        ("GRU of opset 3", m => Layer(m.Opset(3), "GRU", 3, write: n => n.Int("linear_before_reset", 1).Int("output_sequence", 1)), "float32 5×1×2×8"),
        ("RNN both ways", m => Layer(m, "RNN", 1, directions: 2, write: n => n.String("direction", "bidirectional")), "float32 5×2×2×8"),
        ("RNN by sequences", m => Layer(m.Opset(22), "RNN", 1, write: n => n.Int("layout", 1)), "float32 5×2×1×8"),
        ("RNN with the default of its specification", m => Layer(m, "RNN", 1, write: n => n.Strings("activations", "Tanh", "Tanh")), "float32 5×1×2×8"),
        ("A layout that is none", m => Layer(m, "RNN", 1, write: n => n.Int("layout", 2)), "RG0009"),
        ("A direction that is none", m => Layer(m, "RNN", 1, write: n => n.String("direction", "sideways")), "RG0009"),
        ("A function that is none", m => Layer(m, "RNN", 1, write: n => n.Strings("activations", "Sine")), "RG0009"),
        ("Too few functions", m => Layer(m, "LSTM", 4, write: n => n.Strings("activations", "Tanh")), "RG0009"),
        ("A negative clip", m => Layer(m, "RNN", 1, write: n => n.Float("clip", -1)), "RG0009"),
        ("A hidden size that is not R's", m => Layer(m, "RNN", 1, write: n => n.Int("hidden_size", 9)), "RG0011"),
        ("W with the gates of another operator", m => Layer(m, "LSTM", 3), "RG0011"),
        ("W for one direction of two", m => Layer(m, "RNN", 1, write: n => n.String("direction", "bidirectional")), "RG0011"),
        ("B of half its length", m => Layer(m.Initializer("b", new float[8], 1, 8), "RNN", 1, more: ",b"), "RG0011"),
        ("Lengths of another batch", m => Layer(m.Initializer("n", Lengths(5, 5, 5)), "RNN", 1, more: ",,n"), "RG0011"),
        ("A length beyond the steps", m => Layer(m.Initializer("n", Lengths(5, 6)), "RNN", 1, more: ",,n"), "RG0011"),
        ("Lengths of 64 bits", m => Layer(m.Initializer("n", [5L, 5L], 2), "RNN", 1, more: ",,n"), "RG0008"),
        ("A state of another type", m => Layer(m.Initializer("h", new ReferenceTensor(ElementType.Float64, [1, 2, 8]).ToTensor()), "RNN", 1, more: ",,,h"), "RG0008"),
        ("A state of another shape", m => Layer(m.Initializer("h", new float[16], 2, 1, 8), "RNN", 1, more: ",,,h"), "RG0011"),
        ("Peepholes of two gates", m => Layer(m.Initializer("p", new float[16], 1, 16), "LSTM", 4, more: ",,,,,p"), "RG0011"),
        ("X of rank 2", m => m.Input("x", ElementType.Float32, 5, 3).Initializer("w", new float[24], 1, 8, 3).Initializer("r", new float[64], 1, 8, 8).Node("RNN", "x,w,r", "y"), "RG0011"),
        ("Steps without inputs beyond all bounds", m => m.Input("x", ElementType.Float32, 1 << 20, 1 << 20, 0).Initializer("w", Array.Empty<float>(), 1, 1, 0)
            .Initializer("r", [1f], 1, 1, 1).Node("RNN", "x,w,r", ",y"), "RG0015"),
        ("Sizes beyond all bounds", m => m.Input("x", ElementType.Float32, 1, 1, 0).Input("w", ElementType.Float32, 1, int.MaxValue, 0)
            .Input("r", ElementType.Float32, 1, int.MaxValue, int.MaxValue).Node("LSTM", "x,w,r", "y"), "RG0015"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Shapes_follow_or_a_diagnostic_says_why_not(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.First(r => r.Name == name);
        var writer = new OnnxModelWriter();
        write(writer);
        CompilationResult result = ModelCompiler.Compile(writer.Output("y").ToSource(), TestOptions.Exact);
        string actual = result.Plan is { } plan ? plan.Graph.TypeOf("y")!.ToString()! : string.Join(", ", result.Diagnostics.Select(d => d.Descriptor.Id).Distinct());
        Assert.Equal(expected, actual);
    }

    private static Tensor Lengths(params long[] lengths) => new ReferenceTensor(ElementType.Int32, [lengths.Length], lengths).ToTensor();

    private static void Layer(OnnxModelWriter model, string op, int gates, int directions = 1, string more = "", Action<OnnxNodeWriter>? write = null)
        => model.Input("x", ElementType.Float32, 5, 2, 3)
            .Initializer("w", new float[directions * gates * 8 * 3], directions, gates * 8, 3)
            .Initializer("r", new float[directions * gates * 8 * 8], directions, gates * 8, 8)
            .Node(op, "x,w,r" + more, "y", n => write?.Invoke(n));
}
