using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.GraphTools;

public sealed class GraphBuilderTests
{
    private static Node Make(string name, string op, string[] inputs, params string[] outputs)
        => new() { Name = name, Operator = new OperatorId("", op, 17), Inputs = [.. inputs], Outputs = [.. outputs] };

    // x → Relu → h → Neg → y; h → Abs → z
    private static GraphBuilder Builder() => new(new OnnxModelWriter().Input("x", ElementType.Float32, 4)
        .Node("Relu", "x", "h", n => n.Name("relu")).Node("Neg", "h", "y", n => n.Name("neg")).Node("Abs", "h", "z", n => n.Name("abs"))
        .Output("y", ElementType.Float32, 4).Output("z").ToModel().Graph);

    private static Graph Valid(GraphBuilder builder)
    {
        Graph graph = builder.Build();
        Assert.Empty(GraphValidator.Validate(graph));
        return graph;
    }

    [Fact]
    public void Producers_consumers_and_outputs_are_known()
    {
        GraphBuilder builder = Builder();
        Assert.Equal("relu", builder.Producer("h")!.Name);
        Assert.Null(builder.Producer("x"));
        Assert.Equal(["neg", "abs"], builder.Consumers("h").Select(n => n.Name));
        Assert.Empty(builder.Consumers("y"));
        Assert.True(builder.IsOutput("y"));
        Assert.True(builder.IsInput("x"));
        Assert.Equal("relu", builder.SingleConsumer("x")!.Name);
        Assert.Null(builder.SingleConsumer("h"));
    }

    [Fact]
    public void A_value_that_is_also_an_output_has_no_single_consumer()
    {
        var builder = new GraphBuilder(new OnnxModelWriter().Input("x", ElementType.Float32, 4).Node("Relu", "x", "h").Node("Neg", "h", "y").Output("h").Output("y").ToModel().Graph);
        Assert.Null(builder.SingleConsumer("h"));
    }

    [Fact]
    public void Replaced_nodes_keep_their_place()
    {
        GraphBuilder builder = Builder();
        builder.Replace(builder.Find("relu")!, Make("relu", "Sigmoid", ["x"], "s"), Make("mul", "Mul", ["x", "s"], "h"));
        Assert.Equal(["relu", "mul", "neg", "abs"], Valid(builder).Nodes.Select(n => n.Name));
        Assert.Equal("mul", builder.Producer("h")!.Name);
        Assert.Equal(["relu", "mul"], builder.Consumers("x").Select(n => n.Name));
    }

    [Fact]
    public void Build_sorts_and_drops_types_of_what_is_gone()
    {
        GraphBuilder builder = Builder();
        builder.SetType("h", new TensorType(ElementType.Float32, Shape.Of(4)));
        builder.Add(Make("late", "Exp", ["x"], "e"));
        builder.Replace(builder.Find("relu")!, Make("relu", "Tanh", ["e"], "t"));
        Assert.True(builder.ReplaceUses("h", "t"));
        Graph graph = Valid(builder);
        Assert.Equal(["late", "relu", "neg", "abs"], graph.Nodes.Select(n => n.Name));
        Assert.Null(graph.TypeOf("h"));
    }

    [Fact]
    public void Reads_of_a_value_are_renamed()
    {
        GraphBuilder builder = Builder();
        Assert.True(builder.ReplaceUses("h", "x"));
        builder.Remove(builder.Find("relu")!);
        Assert.Equal("x", Valid(builder).Nodes[0].Inputs[0]);
    }

    [Fact]
    public void An_output_keeps_its_name_and_its_new_node_takes_it()
    {
        GraphBuilder builder = Builder();
        Node neg = builder.Find("neg")!;
        Assert.True(builder.ReplaceUses("y", "h")); // as when neg were an identity
        builder.Remove(neg);
        Graph graph = Valid(builder);
        Assert.Equal(["y", "z"], graph.Outputs.Select(o => o.Name));
        Assert.Equal("y", graph.Nodes.Single(n => n.Name == "relu").Outputs[0]);
        Assert.Equal("y", graph.Nodes.Single(n => n.Name == "abs").Inputs[0]);
    }

    [Fact]
    public void An_output_that_nothing_can_take_over_stays()
    {
        GraphBuilder builder = Builder();
        Assert.False(builder.ReplaceUses("y", "x"));
        Assert.False(builder.ReplaceUses("y", "z"));
        Assert.False(builder.ReplaceUses("y", builder.AddInitializer("c", Tensor.Of([1f], 1))));
        Assert.Equal("neg", builder.Producer("y")!.Name);
        Valid(builder);
    }

    [Fact]
    public void A_constant_can_take_the_place_of_a_node()
    {
        GraphBuilder builder = Builder();
        builder.Remove(builder.Find("neg")!);
        builder.SetInitializer("y", Tensor.Of([1f, 2f, 3f, 4f], 4));
        Graph graph = Valid(builder);
        Assert.Equal(4, graph.ConstantOf("y")!.Length);
    }

    [Fact]
    public void Subgraphs_read_renamed_values_and_count_as_consumers()
    {
        var builder = new GraphBuilder(new OnnxModelWriter().Input("x", ElementType.Float32, 4).Input("c", ElementType.Bool)
            .Node("Identity", "x", "h", n => n.Name("id"))
            .Node("If", "c", "y", n => n.Name("if").Graph("then_branch", g => g.Node("Neg", "h", "t").Output("t")).Graph("else_branch", g => g.Output("h")))
            .Output("y").ToModel().Graph);
        Assert.Equal("if", builder.SingleConsumer("h")!.Name);
        Assert.True(builder.ReplaceUses("h", "x"));
        builder.Remove(builder.Find("id")!);
        Node node = Assert.Single(Valid(builder).Nodes);
        Assert.Equal(["x"], GraphCaptures.Of(node).ToArray());
        Assert.Equal("x", node.Attributes.Graph("else_branch")!.Outputs[0].Name);
    }

    [Fact]
    public void Fresh_names_avoid_those_of_subgraphs_and_of_removed_values()
    {
        var builder = new GraphBuilder(new OnnxModelWriter().Input("x", ElementType.Float32, 4).Input("c", ElementType.Bool)
            .Node("If", "c", "y", n => n.Name("if").Graph("then_branch", g => g.Node("Neg", "x", "inner").Output("inner")).Graph("else_branch", g => g.Output("x")))
            .Output("y").ToModel().Graph);
        Assert.Equal("inner_1", builder.FreshName("inner"));
        Assert.Equal("inner_2", builder.FreshName("inner"));
        Assert.Equal("if_1", builder.FreshName("if"));
        Assert.Equal("new", builder.FreshName("new"));
        Assert.Equal("value", builder.FreshName(""));
    }

    [Fact]
    public void Loops_over_nodes_see_the_changes_made_on_the_way()
    {
        GraphBuilder builder = Builder();
        var seen = new System.Collections.Generic.List<string>();
        foreach (Node node in builder.Nodes)
        {
            seen.Add(node.Name + "(" + node.Inputs[0] + ")");
            if (node.Name != "relu") continue;
            builder.ReplaceUses("h", "x");
            builder.Remove(builder.Find("neg")!);
            builder.Add(Make("new", "Neg", ["x"], "y"));
        }

        Assert.Equal(["relu(x)", "abs(x)"], seen);
    }

    [Fact]
    public void Mistakes_of_a_pass_throw()
    {
        GraphBuilder builder = Builder();
        Assert.Throws<InvalidOperationException>(() => builder.Add(Make("relu", "Relu", ["x"], "other")));
        builder.Replace(builder.Find("relu")!, Make("relu", "Relu", ["y"], "h"));
        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public void The_type_of_an_output_is_kept_in_both_places()
    {
        GraphBuilder builder = Builder();
        var type = new TensorType(ElementType.Float32, Shape.Of(7));
        builder.SetType("z", type);
        Assert.Equal(type, Valid(builder).Outputs[1].Type);
    }
}
