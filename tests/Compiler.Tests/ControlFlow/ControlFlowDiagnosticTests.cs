using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.ControlFlow;

/// <summary>What types follow from branches and loops, and what is said where they do not fit.</summary>
public sealed class ControlFlowDiagnosticTests
{
    private static readonly (string Name, Action<OnnxModelWriter> Write, string Expected)[] Rows =
    [
        ("If of equal shapes", m => If(m, g => g.Node("Relu", "x", "a").Output("a"), g => g.Output("x")), "float32 2×3"),
        ("If without a form", m => m.Node("If", "c", "y", n => n.Graph("then_branch", g => g.Output("x"))), "RG0009"),
        ("If on two conditions", m => m.Input("cc", ElementType.Bool, 2).Node("If", "cc", "y", n => n.Graph("then_branch", g => g.Output("x")).Graph("else_branch", g => g.Output("x"))), "RG0011"),
        ("If on a number", m => m.Node("If", "x", "y", n => n.Graph("then_branch", g => g.Output("x")).Graph("else_branch", g => g.Output("x"))), "RG0008"),
        ("Branches with inputs", m => If(m, g => g.Input("q", ElementType.Float32, 2).Output("q"), g => g.Output("x")), "RG0013"),
        ("Branches without outputs", m => If(m, g => g.Node("Relu", "x", "a"), g => g.Output("x")), "RG0013"),
        ("Branches of different types", m => If(m, g => g.Node("Cast", "x", "a", n => n.Int("to", (long)ElementType.Int32)).Output("a"), g => g.Output("x")), "RG0008"),
        ("A branch that cannot run", m => If(m, g => g.Node("MatMul", "x,x", "a").Output("a"), g => g.Output("x")), "float32 2×3"),
        ("Two branches that cannot run", m => If(m, g => g.Node("MatMul", "x,x", "a").Output("a"), g => g.Node("MatMul", "x,x", "a").Output("a")), "RG0011"),
        ("A branch of an unknown operator", m => If(m, g => g.Node("Nonsense", "x", "a").Output("a"), g => g.Output("x")), "RG0007"),
        ("The branch not taken does not matter", m => m.Initializer("t", Bool(true)).Node("If", "t", "y", n => n.Graph("then_branch", g => g.Output("x")).Graph("else_branch", g => g.Node("Nonsense", "x", "a").Output("a"))), "float32 2×3"),
        ("A branch of sequences", m => If(m, g => g.Node("SequenceConstruct", "x", "a").Output("a"), g => g.Node("SequenceConstruct", "x", "a").Output("a")), "RG0007"),
        ("Loop with a counted output", m => Loop(m, "five,", "s,y", g => g.Output("p").Output("v").Output("v")), "float32 5×2×3"),
        ("Loop that never runs", m => m.Initializer("none", [-3L]).Node("Loop", "none,,x", "s,y", n => n.Graph("body", g => Body(g).Output("p").Output("v").Output("v"))), "float32 0×2×3"),
        ("Loop that never ends", m => Loop(m, ",", "y", g => g.Output("p").Output("v")), "RG0013"),
        ("Loop with a body of too few inputs", m => m.Node("Loop", "five,,x", "y", n => n.Graph("body", g => g.Input("i", ElementType.Int64).Output("x"))), "RG0013"),
        ("Loop with a body of too few outputs", m => Loop(m, "five,", "y,z", g => g.Output("p").Output("v")), "RG0013"),
        ("Loop with a condition of numbers", m => Loop(m, "five,", "y", g => g.Output("v").Output("v")), "RG0013"),
        ("Loop that changes a type", m => Loop(m, "five,", "y", g => g.Node("Cast", "v", "a", n => n.Int("to", (long)ElementType.Int32)).Output("p").Output("a")), "RG0008"),
        ("Loop over a problem", m => Loop(m, "five,", "y", g => g.Node("MatMul", "v,v", "a").Output("p").Output("a")), "RG0011"),
        ("Loop with a huge output", m => m.Initializer("huge", [1L << 40]).Node("Loop", "huge,,x", "s,y", n => n.Graph("body", g => Body(g).Output("p").Output("v").Output("v"))), "RG0015"),
        ("Scan", m => Scan(m, n => n.Int("num_scan_inputs", 1), g => g.Output("a").Output("a")), "float32 2×3"),
        ("Scan along other axes", m => Scan(m, n => n.Int("num_scan_inputs", 1).Ints("scan_input_axes", -1).Ints("scan_output_axes", -1), g => g.Output("a").Output("a"), 2), "float32 2×3"),
        ("Scan of nothing", m => Scan(m, n => n.Int("num_scan_inputs", 0), g => g.Output("a").Output("a")), "RG0013"),
        ("Scan beyond the rank", m => Scan(m, n => n.Int("num_scan_inputs", 1).Ints("scan_input_axes", 2), g => g.Output("a").Output("a")), "RG0011"),
        ("Scan in a third direction", m => Scan(m, n => n.Int("num_scan_inputs", 1).Ints("scan_input_directions", 2), g => g.Output("a").Output("a")), "RG0009"),
        ("Scan that changes a state's shape", m => Scan(m, n => n.Int("num_scan_inputs", 1), g => g.Node("Concat", "h,h", "b", n => n.Int("axis", 0)).Output("b").Output("a")), "RG0011"),
        ("Scan of different lengths", m => m.Input("z", ElementType.Float32, 3, 3).Node("Scan", "x,z", "y", n => n.Int("num_scan_inputs", 2).Graph("body", g => g.Input("a", null).Input("b", null).Output("a"))), "RG0011"),
        ("Scan of opset 8", m => m.Opset(8).Node("Scan", ",h0,x3", "s,y", n => n.Int("num_scan_inputs", 1).Graph("body", g => g.Input("h", null).Input("a", null).Node("Add", "h,a", "b").Output("b").Output("b"))), "float32 1×2×3"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_output_or_the_diagnostic_is(string name)
    {
        (_, Action<OnnxModelWriter> write, string expected) = Rows.Single(r => r.Name == name);
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("x3", ElementType.Float32, 1, 2, 3).Input("h0", ElementType.Float32, 1, 3).Input("c", ElementType.Bool).Initializer("five", [5L]).Initializer("p", Bool(true));
        write(model);
        CompilationResult result = ModelCompiler.Compile(model.Output("y").ToSource(), TestOptions.Exact);
        string actual = result.Diagnostics.FirstOrDefault()?.Id ?? result.Plan!.Graph.TypeOf("y")!.ToString()!;
        Assert.True(expected == actual, string.Join("\n", result.Diagnostics) + actual);
    }

    [Fact]
    public void Taking_a_branch_that_cannot_run_throws()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("c", ElementType.Bool);
        If(writer, g => g.Node("MatMul", "x,x", "a").Output("a"), g => g.Node("Relu", "x", "b").Output("b"));
        using CompiledModel model = CompiledModel.Compile(writer.Output("y"), TestOptions.Exact);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3);
        model.AssertAgrees(0, 0, x, new ReferenceTensor(ElementType.Bool, [], [0L]));
        var taken = new ReferenceTensor(ElementType.Bool, [], [1L]);
        Assert.Contains("MatMul", Assert.Throws<ArgumentException>(() => model.Run(x, taken)).Message, StringComparison.Ordinal);
        Assert.Contains("MatMul", Assert.Throws<ArgumentException>(() => model.RunReference(x, taken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_must_run_as_often_as_the_file_says()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("m", ElementType.Int64).Input("x", ElementType.Float32, 3).Initializer("p", Bool(true))
            .Node("Loop", "m,,x", "s,y", n => n.Graph("body", g => Body(g).Node("Add", "v,v", "w").Output("p").Output("w").Output("w"))).Output("y", ElementType.Float32, 2, 3).Output("s");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 3);
        model.AssertAgrees(0, 0, Count(2), x);
        foreach (long wrong in new[] { long.MinValue, 0, 1, 3, long.MaxValue }) Assert.Throws<ArgumentException>(() => model.Run(Count(wrong), x));
        Assert.Throws<ArgumentException>(() => model.RunReference(Count(3), x));
    }

    private static ReferenceTensor Count(long count) => new(ElementType.Int64, [], [count]);

    private static Tensor Bool(bool value) => new(ElementType.Bool, [], new byte[] { value ? (byte)1 : (byte)0 });

    private static OnnxModelWriter If(OnnxModelWriter model, Action<OnnxGraphWriter> then, Action<OnnxGraphWriter> otherwise)
        => model.Node("If", "c", "y", n => n.Graph("then_branch", then).Graph("else_branch", otherwise));

    private static OnnxGraphWriter Body(OnnxGraphWriter graph) => graph.Input("i", ElementType.Int64).Input("q", ElementType.Bool).Input("v", null);

    private static OnnxModelWriter Loop(OnnxModelWriter model, string control, string outputs, Action<OnnxGraphWriter> body)
        => model.Node("Loop", control + ",x", outputs, n => n.Graph("body", g => body(Body(g))));

    private static OnnxModelWriter Scan(OnnxModelWriter model, Action<OnnxNodeWriter> attributes, Action<OnnxGraphWriter> body, int state = 3)
        => model.Initializer("h1", new float[state], state).Node("Scan", "h1,x", "s,y", n =>
        {
            attributes(n);
            n.Graph("body", g => body(g.Input("h", null).Input("a", null)));
        });
}
