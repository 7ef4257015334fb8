using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.ControlFlow;

/// <summary>Branches and loops over every element type, rank and opset, with conditions and counters as scalars and as vectors.</summary>
public sealed class ControlFlowTypeTests
{
    private static readonly ElementType[] Types =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16, ElementType.Bool,
        ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64,
    ];

    private static readonly int[][] Shapes = [[], [1], [3], [2, 0, 2], [2, 3, 1, 2], [1, 2, 1, 2, 1, 3]];
    private static readonly int[] Opsets = [8, 9, 10, 11, 13, 16, 19, 21, 23, 24, 25];

    [Fact]
    public void Code_and_reference_agree()
    {
        using var batch = new ModelBatch();
        var inputs = new List<ReferenceTensor[]>();
        var random = new Random(1);
        foreach (int opset in Opsets)
        {
            foreach (ElementType type in Types)
            {
                int[] shape = Shapes[random.Next(Shapes.Length)];
                bool isVector = random.Next(2) == 0;
                batch.Add($"{type}, opset {opset}", Model(opset, type, shape, isVector), TestOptions.Exact with { Optimise = random.Next(2) == 0 });
                int[] one = isVector ? [1] : [];
                inputs.Add([RandomTensor.Of(type, inputs.Count, shape), RandomTensor.Of(type, inputs.Count + 1, [4, .. shape]), new ReferenceTensor(ElementType.Int64, one, [random.Next(4)]), new ReferenceTensor(ElementType.Bool, one, [random.Next(2)])]);
            }
        }

        batch.Build();
        for (int i = 0; i < inputs.Count; i++) batch.Models[i].AssertAgrees(0, 0, inputs[i]);
    }

    [Fact]
    public void The_sequences_of_opset_8_have_lengths_of_their_own()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(8).Input("lengths", ElementType.Int64, 3).Input("h0", ElementType.Float32, 3, 2).Input("x", ElementType.Float32, 3, 5, 2).Input("back", ElementType.Float32, 3, 5, 2)
            .Node("Scan", "lengths,h0,x,back", "h,y", n => n.Int("num_scan_inputs", 2).Ints("directions", 0, 1).Graph("body", g => g
                .Input("s", ElementType.Float32, 2).Input("a", ElementType.Float32, 2).Input("b", ElementType.Float32, 2)
                .Node("Add", "s,a", "t").Node("Sub", "t,b", "u").Output("u").Output("u"))).Output("h").Output("y");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        ReferenceTensor[] Inputs(params long[] lengths) => [new(ElementType.Int64, [3], lengths), RandomTensor.Of(ElementType.Float32, 1, 3, 2), RandomTensor.Of(ElementType.Float32, 2, 3, 5, 2), RandomTensor.Of(ElementType.Float32, 3, 3, 5, 2)];
        model.AssertAgrees(1e-5, 1e-6, Inputs(5, 0, 3));
        ReferenceTensor y = model.Run(Inputs(2, 5, 1))[1];
        Assert.All(Enumerable.Range(0, 30).Where(i => i / 2 % 5 >= new[] { 2, 5, 1 }[i / 10]), i => Assert.Equal(0, y.Reals![i]));
        foreach (long wrong in new[] { -1L, 6, long.MaxValue })
        {
            Assert.Throws<ArgumentException>(() => model.Run(Inputs(2, wrong, 1)));
            Assert.Throws<ArgumentException>(() => model.RunReference(Inputs(2, wrong, 1)));
        }
    }

    [Fact]
    public void Operators_that_are_graphs_are_expanded_inside_of_graphs()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("c", ElementType.Bool)
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Node("MeanVarianceNormalization", "x", "a", v => v.Ints("axes", 1)).Output("a")).Graph("else_branch", g => g.Node("HardSwish", "x", "b").Output("b"))).Output("y");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        foreach (long condition in new[] { 0L, 1 }) model.AssertAgrees(1e-5, 1e-6, RandomTensor.Of(ElementType.Float32, 3, 2, 3), new ReferenceTensor(ElementType.Bool, [], [condition]));
    }

    /// <summary>An If, a Loop and a Scan, each handing values on as they are: every type moves.</summary>
    private static OnnxModelWriter Model(int opset, ElementType type, int[] shape, bool isVector)
    {
        OnnxDim[] dims = [.. shape.Select(d => (OnnxDim)d)], one = isVector ? [1] : [];
        OnnxModelWriter model = new OnnxModelWriter().Opset(opset).Input("x", type, dims).Input("all", type, [4, .. dims]).Input("m", ElementType.Int64, one).Input("c", ElementType.Bool, one);
        model.Node("If", "c", "branch", n => n.Graph("then_branch", g => g.Output("x")).Graph("else_branch", g => g.Node("Identity", "x", "e").Output("e")));

        // Fibonacci's way of handing on, without arithmetic: (a, b) becomes (b, a).
        model.Initializer("three", [3L]).Node("Loop", "three,c,x,branch", "p,q", n => n.Graph("body", g => g
            .Input("i", ElementType.Int64, one).Input("go", ElementType.Bool, one).Input("a", type, dims).Input("b", type, dims)
            .Node("Not", "go", "stop").Node("Not", "stop", "proceed").Output("proceed").Output("b").Output("a")));
        model.Node("Loop", "m,,q", "r", n => n.Graph("body", g => g.Input("i", ElementType.Int64, one).Input("go", ElementType.Bool, one).Input("a", type, dims).Node("Identity", "go", "proceed").Output("proceed").Output("p")));
        if (opset == 8) return model.Output("branch").Output("p").Output("r");
        model.Node("Scan", "r,all", "last,before", n => n.Int("num_scan_inputs", 1).Ints("scan_input_directions", 1).Graph("body", g => g.Input("s", type, dims).Input("e", type, dims).Node("Identity", "s", "t").Output("e").Output("t")));
        return model.Output("branch").Output("p").Output("last").Output("before");
    }
}
