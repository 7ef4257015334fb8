using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>A model's own functions become part of its graph.</summary>
public sealed class InlineFunctionsTests
{
    [Fact]
    public void Calls_become_their_bodies_with_the_attributes_of_the_call()
    {
        // leaky(x, slope) twice: once with a slope of its own, once with that of LeakyRelu.
        OnnxModelWriter writer = Model().Function("own", "Leaky", "a", "b", f => f.Opset(17).Attribute("slope").Node("LeakyRelu", "a", "c", n => n.Reference("alpha", "slope")).Node("Neg", "c", "b"))
            .Node("Leaky", "x", "t", n => n.Domain("own").Float("slope", 0.5f).Name("first")).Node("Leaky", "t", "y", n => n.Domain("own").Name("second")).Output("y");
        Graph graph = Inline(writer);
        Assert.Equal(["LeakyRelu", "Neg", "LeakyRelu", "Neg"], graph.Nodes.Select(n => n.Operator.Name));
        Assert.Equal("first/c", graph.Nodes[0].Outputs[0]);
        Assert.Equal(0.5f, graph.Nodes[0].Attributes.Float("alpha", 0));
        Assert.False(graph.Nodes[2].Attributes.Has("alpha"));
        Runs(writer, [-4, 2], [-2, 0.02f]);
    }

    [Fact]
    public void Functions_call_functions_of_other_overloads_and_defaults_reach_them()
    {
        OnnxModelWriter writer = Model()
            .Function("own", "Part", "a", "b", f => f.Opset(18).Opset(1, "own").Attribute("axis", 0).Node("Cast", "a", "b", n => n.Reference("to", "axis")))
            .Function("own", "Part", "a", "b", f => f.Overload("twice").Opset(18).Node("Add", "a,a", "b"))
            .Function("own", "Whole", "a", "b", f => f.Opset(18).Opset(1, "own").Attribute("type", 1)
                .Node("Part", "a", "c", n => n.Domain("own").Overload("twice")).Node("Part", "c", "b", n => n.Domain("own").Reference("axis", "type")))
            .Node("Whole", "x", "y", n => n.Domain("own")).Output("y");
        Graph graph = Inline(writer);
        Assert.Equal(["Add", "Cast"], graph.Nodes.Select(n => n.Operator.Name));
        Assert.Equal(18, graph.Nodes[1].Operator.Version);
        Assert.Equal(1, graph.Nodes[1].Attributes.Int("to", 0));
        Runs(writer, [3, -1], [6, -2]);
    }

    [Fact]
    public void A_function_takes_precedence_over_the_operator_of_its_name()
        => Runs(Model().Function("", "Relu", "a", "b", f => f.Opset(17).Node("Neg", "a", "b")).Node("Relu", "x", "y").Output("y"), [3, -1], [-3, 1]);

    [Fact]
    public void What_a_call_leaves_out_is_left_out_of_the_body()
        => Runs(Model().Initializer("six", [2f]).Function("own", "Limit", "a,low,high", "b", f => f.Opset(17).Node("Clip", "a,low,high", "b"))
            .Node("Limit", "x,,six", "y", n => n.Domain("own")).Output("y"), [-5, 7], [-5, 2]);

    [Fact]
    public void Outputs_that_are_inputs_or_one_value_are_copies()
    {
        OnnxModelWriter writer = Model().Function("own", "Same", "a", "a,b,b", f => f.Opset(17).Node("Neg", "a", "b"))
            .Node("Same", "x", "p,q,r", n => n.Domain("own")).Output("p").Output("q").Output("r");
        using var model = CompiledModel.Compile(writer);
        Assert.Equal([[1, 2], [-1, -2], [-1, -2]], model.Run(X(1, 2)).Select(t => t.Reals!));
        Assert.Equal(["Neg"], Inline(Model().Function("own", "Same", "a", "a,b", f => f.Opset(17).Node("Neg", "a", "b")).Node("Same", "x", ",y", n => n.Domain("own")).Output("y")).Nodes.Select(n => n.Operator.Name));
    }

    [Fact]
    public void Subgraphs_of_a_body_see_its_values_under_their_new_names()
    {
        Graph graph = Inline(Model().Initializer("c", Tensor.FromSpan<bool>(ElementType.Bool, [true]))
            .Function("own", "Choose", "condition,a", "b", f => f.Opset(17).Attribute("slope").Node("Abs", "a", "inner").Node("If", "condition", "b", n => n
                .Graph("then_branch", g => g.Node("LeakyRelu", "inner", "t", k => k.Reference("alpha", "slope")).Output("t"))
                .Graph("else_branch", g => g.Node("Neg", "a", "t").Output("t"))))
            .Node("Choose", "c,x", "y", n => n.Domain("own").Name("one").Float("slope", 0.25f)).Node("Choose", "c,y", "z", n => n.Domain("own").Name("two")).Output("z"));
        Node choice = graph.Nodes[1];
        Graph[] branches = [.. GraphCaptures.Subgraphs(choice)];
        Assert.Equal(["one/inner"], GraphCaptures.Of(branches[1]).ToArray());
        Assert.Equal(0.25f, branches[1].Nodes[0].Attributes.Float("alpha", 0));
        Assert.Equal(["x"], GraphCaptures.Of(branches[0]).ToArray());
        Assert.Equal(["y"], GraphCaptures.Of(GraphCaptures.Subgraphs(graph.Nodes[3]).First()).ToArray());
        string[] names = [.. graph.Nodes.SelectMany(GraphCaptures.Subgraphs).SelectMany(g => g.Nodes).SelectMany(n => n.Outputs)];
        Assert.Equal(4, names.Distinct().Count());
    }

    [Fact]
    public void A_graph_that_a_call_gives_sees_the_values_around_the_call()
    {
        Graph graph = Inline(Model().Initializer("c", Tensor.FromSpan<bool>(ElementType.Bool, [true]))
            .Function("own", "Either", "condition,a", "b", f => f.Opset(17).Attribute("choice").Node("If", "condition", "b", n => n.Reference("then_branch", "choice").Graph("else_branch", g => g.Node("Neg", "a", "t").Output("t"))))
            .Node("Abs", "x", "a").Node("Either", "c,x", "y", n => n.Domain("own").Graph("choice", g => g.Node("Exp", "a", "t").Output("t"))).Output("y"));
        Graph[] branches = [.. GraphCaptures.Subgraphs(graph.Nodes[1])];
        Assert.Equal(["x"], GraphCaptures.Of(branches[0]).ToArray());
        Assert.Equal(["a"], GraphCaptures.Of(branches[1]).ToArray());
    }

    [Fact]
    public void Functions_that_call_themselves_are_refused()
    {
        Fails(Model().Function("own", "F", "a", "b", f => f.Opset(1, "own").Node("F", "a", "b", n => n.Domain("own"))).Node("F", "x", "y", n => n.Domain("own")).Output("y"), "calls itself");
        Fails(Model().Function("own", "F", "a", "b", f => f.Opset(1, "own").Node("G", "a", "b", n => n.Domain("own")))
            .Function("own", "G", "a", "b", f => f.Opset(1, "own").Node("F", "a", "b", n => n.Domain("own"))).Node("F", "x", "y", n => n.Domain("own")).Output("y"), "calls itself");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Functions_that_multiply_are_refused(bool isEmpty)
    {
        OnnxModelWriter writer = Model();
        for (int i = 0; i < 40; i++)
        {
            int next = i + 1;
            writer.Function("own", "F" + i, "a", "c", f => f.Opset(1, "own").Node("F" + next, "a", isEmpty ? "" : "b", n => n.Domain("own")).Node("F" + next, isEmpty ? "a" : "b", "c", n => n.Domain("own")));
        }

        Fails(writer.Function("own", "F40", "a", "b", f => f.Opset(17).Node("Neg", "a", "b")).Node("F0", "x", "y", n => n.Domain("own")).Output("y"), "200000 nodes");
    }

    [Fact]
    public void Calls_that_do_not_fit_are_refused()
    {
        Fails(Model().Function("own", "F", "a", "b", f => f.Opset(17).Node("Neg", "a", "b")).Node("F", "x,x", "y", n => n.Domain("own")).Output("y"), "2 inputs, the function 1");
        Fails(Model().Function("own", "F", "a", "b", f => f.Opset(17).Node("Neg", "a", "b")).Node("F", "x", "y,z", n => n.Domain("own")).Output("y"), "2 outputs, the function 1");
        Fails(Model().Function("own", "F", "a,o", "o", f => f.Opset(17).Node("Neg", "a", "b")).Node("F", "x", "y", n => n.Domain("own")).Output("y"), "leaves out");
    }

    private static OnnxModelWriter Model() => new OnnxModelWriter().Opset(17).Opset(1, "own").Input("x", ElementType.Float32, 2);

    private static Graph Inline(OnnxModelWriter writer)
    {
        var diagnostics = new DiagnosticBag();
        Graph graph = InlineFunctions.Run(writer.ToModel(), diagnostics, default);
        Assert.Empty(diagnostics.ToImmutable());
        Assert.Empty(GraphValidator.Validate(graph));
        return graph;
    }

    private static ReferenceTensor X(params float[] values) => new(ElementType.Float32, [values.Length], [.. values.Select(v => (double)v)]);

    private static void Runs(OnnxModelWriter writer, float[] x, float[] y)
    {
        using var model = CompiledModel.Compile(writer);
        Assert.Equal(y.Select(v => (double)v), model.Run(X(x))[0].Reals!);
        Assert.Equal(y.Select(v => (double)v), model.RunReference(X(x))[0].Reals!);
    }

    private static void Fails(OnnxModelWriter writer, string message)
    {
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact);
        Assert.Contains(message, Assert.Single(result.Diagnostics).ToString());
    }
}
