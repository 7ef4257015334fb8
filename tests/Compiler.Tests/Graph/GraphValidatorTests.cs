using System;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;
using Xunit;
using ValueType = RedGen.Compiler.Graphs.ValueType;

namespace RedGen.Compiler.Tests.GraphTools;

public sealed class GraphValidatorTests
{
    private static readonly TensorType Float4 = new(ElementType.Float32, Shape.Of(4));

    private static Node Make(string name, string inputs, string outputs)
        => new() { Name = name, Operator = new OperatorId("", "Op", 17), Inputs = [.. inputs.Split(',')], Outputs = [.. outputs.Split(',')] };

    private static Graph GraphOf(string output, params Node[] nodes) => new(
        "g", [new Value("x", Float4)], [new Value(output, null)], [.. nodes], ImmutableDictionary<string, Tensor>.Empty.Add("w", Tensor.Of([1f], 1)),
        ImmutableDictionary<string, ValueType>.Empty.Add("x", Float4));

    private static string Problem(Graph graph) => Assert.Single(GraphValidator.Validate(graph));

    [Fact]
    public void A_valid_graph_has_no_problems()
        => Assert.Empty(GraphValidator.Validate(GraphOf("y", Make("a", "x,,w", "h,"), Make("b", "h", "y") with { FusedInto = "a" })));

    [Theory]
    [InlineData("x", "y", "h", "z", "nothing defines the output 'q'", "q")]
    [InlineData("h", "y", "x", "h", "stands before", "y")]
    [InlineData("ghost", "y", "x", "h", "undefined value 'ghost'", "y")]
    [InlineData("x", "y", "x", "y", "'y' (node 'b' (Op)) is defined twice", "y")]
    [InlineData("x", "x", "x", "y", "'x' (node 'a' (Op)) is defined twice", "y")]
    [InlineData("x", "w", "x", "y", "'w' (node 'a' (Op)) is defined twice", "y")]
    public void Broken_promises_are_named(string inA, string outA, string inB, string outB, string expected, string output)
    {
        if (expected.Contains('q', StringComparison.Ordinal)) inB = "x";
        Assert.Contains(expected, Problem(GraphOf(output, Make("a", inA, outA), Make("b", inB, outB))), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_nodes_are_unique()
        => Assert.Contains("two nodes 'a'", Problem(GraphOf("y", Make("a", "x", "h"), Make("a", "h", "y"))), StringComparison.Ordinal);

    [Fact]
    public void Fusion_targets_exist()
    {
        Assert.Contains("fused into 'ghost'", Problem(GraphOf("y", Make("a", "x", "y") with { FusedInto = "ghost" })), StringComparison.Ordinal);
        Assert.Contains("fused into 'a'", Problem(GraphOf("y", Make("a", "x", "y") with { FusedInto = "a" })), StringComparison.Ordinal);
    }

    [Fact]
    public void Types_agree_with_initializers_and_outputs_and_belong_to_values()
    {
        Graph graph = GraphOf("x");
        Graph With(string name, ValueType type) => new(graph.Name, graph.Inputs, graph.Outputs, graph.Nodes, graph.Initializers, graph.Types.SetItem(name, type));
        Assert.Contains("initializer 'w' is float32 1", Problem(With("w", Float4)), StringComparison.Ordinal);
        Assert.Contains("'ghost'", Problem(With("ghost", Float4)), StringComparison.Ordinal);
        Assert.Contains("'x' is float32 5 inside", Problem(With("x", new TensorType(ElementType.Float32, Shape.Of(5)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Subgraphs_see_outer_values_and_do_not_hide_them()
    {
        Graph inner = new("inner", [], [new Value("t", null)], [Make("n", "h", "t")], ImmutableDictionary<string, Tensor>.Empty, ImmutableDictionary<string, ValueType>.Empty);
        Node outer = Make("b", "h", "y") with { Attributes = NodeAttributes.Empty.With("body", new GraphAttribute(inner)) };
        Assert.Empty(GraphValidator.Validate(GraphOf("y", Make("a", "x", "h"), outer)));
        Assert.NotEmpty(GraphValidator.Validate(GraphOf("y", Make("a", "x", "k"), outer with { Inputs = ["k"] })));
        Assert.Contains("hides", Problem(GraphOf("y", Make("a", "x", "h,t"), outer)), StringComparison.Ordinal);
    }
}
