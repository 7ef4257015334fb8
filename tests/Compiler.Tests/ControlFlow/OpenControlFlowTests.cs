using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.ControlFlow;

/// <summary>Branches of different shapes, values that change shape from run to run, and outputs whose length only running a loop tells.</summary>
public sealed class OpenControlFlowTests
{
    private static readonly Tensor True = new(ElementType.Bool, [], new byte[] { 1 });

    private static readonly (string Name, Action<OnnxModelWriter> Write)[] Rows =
    [
        ("collected, as often as run time says", m => Loop(m, "m,true,x", "h,y", b => b.Node("Mul", "v,two", "w").Output("go").Output("w").Output("w"))),
        ("collected alone", m => Loop(m, "m,true,x", ",y", b => b.Node("Mul", "v,two", "w").Output("go").Output("w").Output("w"))),
        ("collected scalars", m => Loop(m, "m,true,x", "h,y", b => b.Node("ReduceSum", "v", "s", n => n.Int("keepdims", 0)).Output("go").Output("v").Output("s"))),
        ("collected until a condition fails", m => Loop(m, "five,true,x", "h,y", b => b.Node("Mul", "v,two", "w").Node("Less", "i,m", "early").Output("early").Output("w").Output("w"))),
        ("a value that grows", m => Loop(m, "m,true,x", "y", b => b.Node("Concat", "v,x", "w", n => n.Int("axis", 0)).Output("go").Output("w"))),
        ("a value that grows by itself", m => Loop(m, "m,true,x", "y", b => b.Node("Concat", "v,v", "w", n => n.Int("axis", 1)).Output("go").Output("w"))),
        ("a value that grows, a fixed number of times", m => Loop(m, "five,true,x", "y", b => b.Node("Concat", "v,x", "w", n => n.Int("axis", 0)).Output("go").Output("w"))),
        ("a value that changes once", m => m.Initializer("other", [7f, 8], 2, 1).Node("Loop", "m,,x", "y", n => n.Graph("body", g => g.Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", null).Node("Identity", "other", "w").Output("true").Output("w")))),
        ("a value that grows beside one that does not", m => m.Node("Loop", "m,,x,x", "grown,y", n => n.Graph("body", g => g
            .Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", null).Input("u", null).Node("Concat", "v,u", "w", a => a.Int("axis", 0)).Node("Mul", "u,two", "t").Output("true").Output("w").Output("t"))).Output("grown")),
        ("branches of two lengths", m => If(m, "c", g => g.Node("Relu", "x", "a").Output("a"), g => g.Node("Concat", "x,x", "b", n => n.Int("axis", 0)).Output("b"))),
        ("branches of one length and an open one", m => If(m, "c", g => g.Node("Shape", "x", "a").Output("a"), g => g.Node("NonZero", "x", "nz").Node("Gather", "nz,zero", "b").Output("b"))),
        ("an open value handed out as it is", m => If(m.Node("NonZero", "x", "outside"), "c", g => g.Output("outside"), g => g.Node("Add", "outside,outside", "b").Output("b"))),
        ("an open value inside only", m => If(m, "c", g => g.Node("NonZero", "x", "nz").Node("Shape", "nz", "a").Output("a"), g => g.Node("Shape", "x", "b").Output("b"))),
        ("an open value captured by a loop", m => Loop(m.Node("NonZero", "x", "nz"), "m,true,x", "y", b => b.Node("ReduceMax", "nz", "most", n => n.Int("keepdims", 0)).Node("Cast", "most", "f", n => n.Int("to", 1)).Node("Add", "v,f", "w").Output("go").Output("w"))),
        ("open values collected", m => m.Node("NonZero", "x", "nz").Node("Loop", "m,,nz", "h,y", n => n.Graph("body", g => g
            .Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", null).Node("Add", "v,v", "w").Output("true").Output("w").Output("w"))).Output("h")),
        ("a loop in a branch that grows", m => If(m, "c", g => g.Node("Loop", "m,,x", "a", n => n.Graph("body", b => b.Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", null).Node("Concat", "v,x", "w", k => k.Int("axis", 0)).Output("true").Output("w"))).Output("a"), g => g.Output("x"))),
        ("a branch in a loop that grows", m => Loop(m, "m,true,x", "y", b => b.Node("Cast", "i", "odd", n => n.Int("to", (long)ElementType.Bool)).Node("If", "odd", "w", n => n
            .Graph("then_branch", g => g.Node("Concat", "v,x", "a", k => k.Int("axis", 0)).Output("a")).Graph("else_branch", g => g.Node("Identity", "v", "b").Output("b"))).Output("go").Output("w"))),
        ("a Scan as long as run time says", m => Scan(m, 1, 0, g => g.Node("Add", "s,e", "t").Output("t").Output("t"))),
        ("a Scan along another axis, from the end, prepending", m => Scan(m, 1, 1, g => g.Node("Sub", "s,e", "t").Output("t").Output("t"), reversed: true)),
        ("a Scan of open slices", m => Scan(m, 0, 1, g => g.Node("ReduceMax", "e", "most", n => n.Int("keepdims", 1)).Node("Add", "s,most", "t").Node("Mul", "e,e", "square").Output("t").Output("square"))),
        ("a Scan of open slices along their own axis", m => Scan(m, 0, 0, g => g.Node("ReduceMax", "e", "most", n => n.Int("keepdims", 1)).Node("Add", "s,most", "t").Output("t").Output("e"))),
        ("a Scan with an open state", m => m.Node("NonZero", "x", "nz").Node("Scan", "nz,x", "y,all", n => n.Int("num_scan_inputs", 1).Graph("body", g => g
            .Input("s", null).Input("e", null).Node("Cast", "e", "k", c => c.Int("to", (long)ElementType.Int64)).Node("ReduceSum", "k", "sum", c => c.Int("keepdims", 0)).Node("Add", "s,sum", "t").Output("t").Output("sum"))).Output("all")),
        ("the collected read on", m => Loop(m, "m,true,x", "h,all", b => b.Node("Mul", "v,two", "w").Output("go").Output("w").Output("w")).Node("ReduceSum", "all,first", "y", n => n.Int("keepdims", 0))),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_and_reference_agree(string name)
    {
        Action<OnnxModelWriter> write = Rows.Single(r => r.Name == name).Write;
        using var batch = new ModelBatch();
        foreach (bool optimise in new[] { true, false })
        {
            OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("m", ElementType.Int64).Input("c", ElementType.Bool)
                .Initializer("five", [5L]).Initializer("zero", [0L]).Initializer("first", [0L], 1).Initializer("two", [2f]).Initializer("true", True);
            write(model);
            batch.Add(name, model.Output("y"), TestOptions.Exact with { Optimise = optimise });
        }

        batch.Build();
        foreach (CompiledModel model in batch.Models)
        {
            foreach (long count in new[] { 3L, 1, 0, -1, 2 })
            {
                ReferenceTensor x = RandomTensor.Of(ElementType.Float32, (int)count + 5, 2, 3);
                if (count == 2) x.Reals!.AsSpan(0, 4).Clear();
                model.AssertAgrees(1e-5, 1e-6, InputsOf(model, x, count));
            }
        }
    }

    [Fact]
    public void A_decoder_gives_as_many_tokens_as_it_made()
    {
        // Collatz: from n to 3n + 1 or n / 2, until 1.
        OnnxModelWriter writer = new OnnxModelWriter().Input("n", ElementType.Int64).Initializer("true", True).Initializer("one", [1L]).Initializer("two", [2L]).Initializer("three", [3L]).Initializer("zero", [0L])
            .Node("Loop", ",true,n", "last,path", b => b.Graph("body", g => g
                .Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", ElementType.Int64)
                .Node("Mod", "v,two", "rest").Node("Equal", "rest,zero", "even")
                .Node("If", "even", "next", n => n.Graph("then_branch", t => t.Node("Div", "v,two", "half").Output("half")).Graph("else_branch", e => e.Node("Mul", "v,three", "triple").Node("Add", "triple,one", "more").Output("more")))
                .Node("Greater", "next,one", "proceed").Output("proceed").Output("next").Output("next")))
            .Output("path");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        for (long n = 2; n < 30; n++)
        {
            var expected = new List<long>();
            for (long v = n; v > 1;) expected.Add(v = v % 2 == 0 ? v / 2 : (3 * v) + 1);
            ReferenceTensor path = model.Run(new ReferenceTensor(ElementType.Int64, [], [n]))[0];
            Assert.Equal(expected, path.Integers);
            Assert.Equal([expected.Count], path.Lengths);
        }
    }

    [Fact]
    public void Collected_tensors_must_have_one_shape()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("m", ElementType.Int64).Initializer("true", True);
        Loop(writer, "m,true,x", "h,y", b => b.Node("Concat", "v,x", "w", n => n.Int("axis", 0)).Output("go").Output("w").Output("w"));
        using CompiledModel model = CompiledModel.Compile(writer.Output("y"), TestOptions.Exact);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3);
        model.AssertAgrees(0, 0, x, new ReferenceTensor(ElementType.Int64, [], [1L]));
        var twice = new ReferenceTensor(ElementType.Int64, [], [2L]);
        Assert.Throws<ArgumentException>(() => model.Run(x, twice));
        Assert.Throws<ArgumentException>(() => model.RunReference(x, twice));
    }

    private static ReferenceTensor[] InputsOf(CompiledModel model, ReferenceTensor x, long count)
        => [x, new ReferenceTensor(ElementType.Int64, [], [count]), new ReferenceTensor(ElementType.Bool, [], [count & 1])];

    private static OnnxModelWriter Loop(OnnxModelWriter model, string inputs, string outputs, Action<OnnxGraphWriter> body)
        => model.Node("Loop", inputs, outputs, n => n.Graph("body", g => body(g.Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", null))));

    /// <summary>A Scan over the places of what is not 0: rows and columns, side by side.</summary>
    private static OnnxModelWriter Scan(OnnxModelWriter model, long axis, long outputAxis, Action<OnnxGraphWriter> body, bool reversed = false)
        => model.Initializer("h0", axis == 1 ? new long[] { 3, 4 } : [3], axis == 1 ? 2 : 1).Node("NonZero", "x", "nz").Node("Scan", "h0,nz", "h,y", n => n.Int("num_scan_inputs", 1).Ints("scan_input_axes", axis).Ints("scan_output_axes", outputAxis)
            .Ints("scan_input_directions", reversed ? 1 : 0).Ints("scan_output_directions", reversed ? 1 : 0).Graph("body", g => body(g.Input("s", null).Input("e", null)))).Output("h");

    private static OnnxModelWriter If(OnnxModelWriter model, string condition, Action<OnnxGraphWriter> then, Action<OnnxGraphWriter> otherwise)
        => model.Node("If", condition, "y", n => n.Graph("then_branch", then).Graph("else_branch", otherwise));
}
