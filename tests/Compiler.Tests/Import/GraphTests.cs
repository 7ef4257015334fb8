using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;
using static RedGen.Compiler.Tests.Import.Reading;

namespace RedGen.Compiler.Tests.Import;

public sealed class GraphTests
{
    private static OnnxModelWriter Writer() => new OnnxModelWriter().Input("x", ElementType.Float32, 1, 4);

    [Fact]
    public void Inputs_nodes_and_outputs_are_read()
    {
        Model model = Valid(Writer().Documentation("doc").Node("Relu", "x", "h", n => n.Name("act")).Node("Clip", "h,,max", "y")
            .Initializer("max", [6f]).ValueInfo("h", OnnxType.Tensor(ElementType.Float32, 1, 4)).Output("y", ElementType.Float32, "batch", OnnxDim.Unknown, -1));

        Assert.Equal("doc", model.Documentation);
        Assert.Equal("RedGen.TestKit", model.Producer);
        Assert.Equal(17, model.OpsetImports[""]);
        Assert.Equal(["act", "Clip_1"], model.Graph.Nodes.Select(n => n.Name));
        Assert.Equal(new OperatorId("", "Clip", 17), model.Graph.Nodes[1].Operator);
        Assert.Equal(["h", "", "max"], model.Graph.Nodes[1].Inputs.ToArray());
        Assert.Equal("float32 1×4", model.Graph.TypeOf("h")!.ToString());
        Assert.Equal("float32 batch×?×?", model.Graph.Outputs[0].Type!.ToString());
        Assert.Equal("float32 scalar", model.Graph.TypeOf("max")!.ToString());
    }

    [Fact]
    public void Initializers_that_are_inputs_too_are_no_inputs()
    {
        Model model = Valid(Writer().Input("w", ElementType.Float32, "n").Initializer("w", [1f], 1).Node("Add", "x,w", "y").Output("y"));
        Assert.Equal(["x"], model.Graph.Inputs.Names());
        Assert.Equal("float32 1", model.Graph.TypeOf("w")!.ToString());
    }

    [Fact]
    public void Nodes_out_of_order_are_sorted_and_the_others_stay()
    {
        Model model = Valid(Writer().Node("Add", "b,a", "y").Node("Relu", "x", "a").Node("Neg", "a", "b").Node("Abs", "x", "z").Output("y").Output("z"));
        Assert.Equal(["Relu", "Neg", "Add", "Abs"], model.Graph.Nodes.Select(n => n.Operator.Name));
    }

    [Fact]
    public void Sorting_sees_what_subgraphs_read()
    {
        Model model = Valid(Writer().Input("c", ElementType.Bool)
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Node("Neg", "late", "t").Output("t")).Graph("else_branch", g => g.Node("Abs", "x", "e").Output("e")))
            .Node("Relu", "x", "late").Output("y"));
        Assert.Equal(["Relu", "If"], model.Graph.Nodes.Select(n => n.Operator.Name));
        Assert.Equal(["x", "late"], GraphCaptures.Of(model.Graph.Nodes[1]).ToArray());
    }

    [Fact]
    public void A_cycle_names_its_nodes()
    {
        string message = Fails("RG0012", Writer().Node("Add", "x,b", "a", n => n.Name("one")).Node("Relu", "a", "b", n => n.Name("two")).Output("b"));
        Assert.Contains("'two' → 'one'", message, StringComparison.Ordinal);
        Fails("RG0012", Writer().Node("Add", "x,a", "a").Output("a"));
    }

    [Fact]
    public void Undefined_values_name_their_reader()
    {
        Assert.Contains("node 'act' (Relu) reads 'ghost'", Fails("RG0012", Writer().Node("Relu", "ghost", "y", n => n.Name("act")).Output("y")), StringComparison.Ordinal);
        Assert.Contains("'ghost'", Fails("RG0012", Writer().Output("ghost")), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_defined_once()
    {
        Fails("RG0012", Writer().Node("Relu", "x", "y").Node("Neg", "x", "y").Output("y"));
        Fails("RG0012", Writer().Node("Relu", "x", "x").Output("x"));
        Fails("RG0012", Writer().Input("x", ElementType.Float32, 1).Output("x"));
        Fails("RG0012", Writer().Initializer("w", [1f], 1).Initializer("w", [1f], 1).Output("w"));
        Fails("RG0012", Writer().Initializer("w", [1f], 1).Node("Relu", "x", "w").Output("w"));
        Fails("RG0012", new OnnxModelWriter().Input("", ElementType.Float32, 1));
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        var (model, diagnostics) = Read(Edit(Writer().Initializer("w", [1f], 1).Node("Relu", "ghost", "y").Node("Neg", "phantom", "z").Output("y"), m => m.Graph.Initializer[0].DataType = 77));
        Assert.Null(model);
        Assert.Equal(["RG0004", "RG0012", "RG0012"], diagnostics.Select(d => d.Id));
    }

    [Fact]
    public void Nodes_get_unique_names_and_keep_their_own()
    {
        Model model = Valid(Writer().Node("Relu", "x", "a", n => n.Name("same")).Node("Relu", "x", "b", n => n.Name("same")).Node("Relu", "x", "c")
            .Node("Relu", "x", "d", n => n.Name("Relu_2")).Output("a"));
        Assert.Equal(["same", "same_n1", "Relu_2_n2", "Relu_2"], model.Graph.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void A_subgraph_that_hides_an_outer_name_gets_another_one()
    {
        Model model = Valid(Writer().Input("c", ElementType.Bool)
            .Node("If", "c", "y", n => n
                .Graph("then_branch", g => g.Node("Neg", "x", "h").Node("Abs", "h", "y").Output("y"))
                .Graph("else_branch", g => g.Node("Relu", "h", "e").Output("e")))
            .Node("Relu", "x", "h").Output("y"));
        Node node = model.Graph.Nodes[1];
        Graph then = node.Attributes.Graph("then_branch")!;
        Assert.Equal(["h_s1"], then.Nodes[0].Outputs.ToArray());
        Assert.Equal(["h_s1"], then.Nodes[1].Inputs.ToArray());
        Assert.Equal(["y_s2"], then.Outputs.Names());
        Assert.Equal(["h"], node.Attributes.Graph("else_branch")!.Nodes[0].Inputs.ToArray());
    }

    [Fact]
    public void An_output_that_is_a_constant_has_its_type()
        => Assert.Equal("float32 2", Valid(Writer().Initializer("w", [1f, 2f], 2).Output("w", ElementType.Int8, 7)).Graph.Outputs[0].Type!.ToString());

    [Fact]
    public void A_subgraph_may_hand_out_an_outer_value()
    {
        Model model = Valid(Writer().Input("c", ElementType.Bool)
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Output("x", ElementType.Float32, 1, 4)).Graph("else_branch", g => g.Node("Neg", "x", "e").Output("e"))).Output("y"));
        Assert.Equal(["x"], GraphCaptures.Of(model.Graph.Nodes[0]).ToArray());
    }

    [Fact]
    public void Sequences_and_optionals_are_types()
    {
        OnnxType tensor = OnnxType.Tensor(ElementType.String, "n");
        Model model = Valid(new OnnxModelWriter().Input("s", OnnxType.Sequence(tensor)).Input("o", OnnxType.Optional(OnnxType.Sequence(tensor))).Input("u", OnnxType.TensorOfUnknownRank(ElementType.Float16)).Output("s"));
        Assert.Equal(["sequence of string n", "optional sequence of string n", "float16 of unknown rank"], model.Graph.Inputs.Select(i => i.Type!.ToString()));
    }

    [Fact]
    public void Values_that_are_no_tensors_are_reported_beside_the_model()
    {
        var (model, diagnostics) = Read(new OnnxModelWriter().Input("m", OnnxType.Map(ElementType.Int64, OnnxType.Tensor(ElementType.Float32)))
            .Input("s", OnnxType.SparseTensor(ElementType.Float32, 2)).Output("m"));
        Assert.NotNull(model);
        Assert.Equal(["RG0020", "RG0020"], diagnostics.Select(d => d.Id));
        Assert.Contains("'m'", diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_attribute_kind_is_read()
    {
        Tensor tensor = Tensor.Of([1f, 2f], 2);
        NodeAttributes all = Valid(Writer().Opset(17).Opset(1, "own").Node("Op", "x", "y", n => n.Domain("own")
            .Int("i", 7).Ints("is", 1, -2).Float("f", 0.5f).Floats("fs", 1f, 2f).String("s", "text").Strings("ss", "a", "b")
            .Tensor("t", tensor).Tensors("ts", tensor, tensor).Type("tp", OnnxType.Tensor(ElementType.Int8, 3))
            .SparseTensor("sp", Tensor.Of([3f], 1), Tensor.Of([1L], 1), 2)
            .Graph("g", g => g.Node("Relu", "x", "r").Output("r")).Graphs("gs", g => g.Output("x"), g => g.Output("x"))).Output("y")).Graph.Nodes[0].Attributes;

        Assert.Equal(7, all.Int("i", 0));
        Assert.Equal([1, -2], all.Ints("is")!.Value.AsEnumerable());
        Assert.Equal(0.5f, all.Float("f", 0));
        Assert.Equal([1f, 2f], all.Floats("fs")!.Value.AsEnumerable());
        Assert.Equal("text", all.String("s", ""));
        Assert.Equal(["a", "b"], ((StringsAttribute)all.Find("ss")!).Values.ToArray());
        Assert.Equal([1f, 2f], all.Tensor("t")!.AsSpan<float>().ToArray());
        Assert.Equal(2, ((TensorsAttribute)all.Find("ts")!).Values.Length);
        Assert.Equal("int8 3", ((TypeAttribute)all.Find("tp")!).Value.ToString());
        Assert.Equal([0f, 3f], all.Tensor("sp")!.AsSpan<float>().ToArray());
        Assert.Equal(["x"], GraphCaptures.Of(all.Graph("g")!).ToArray());
        Assert.Equal(2, ((GraphsAttribute)all.Find("gs")!).Values.Length);
    }

    [Fact]
    public void Attributes_without_a_stated_type_are_what_they_hold()
    {
        byte[] bytes = Edit(Writer().Node("Op", "x", "y", n => n.Int("i", 0).Ints("is", 1).Float("f", 2f).String("s", "t")).Output("y"), m =>
        {
            foreach (var attribute in m.Graph.Node[0].Attribute) attribute.ClearType();
        });
        NodeAttributes all = Read(bytes).Model!.Graph.Nodes[0].Attributes;
        Assert.Equal(new AttributeValue[] { new FloatAttribute(2f), new IntAttribute(0), new StringAttribute("t") }, new[] { "f", "i", "s" }.Select(n => all.Find(n)!));
        Assert.Equal(ImmutableArray.Create(1L), all.Ints("is")!.Value.AsEnumerable());
    }

    [Fact]
    public void Contradicting_attributes_name_the_node()
    {
        OnnxModelWriter model = Writer().Node("Op", "x", "y", n => n.Name("node1").Int("a", 1).Int("b", 2)).Output("y");
        Assert.Contains("'node1'", Fails("RG0004", Edit(model, m => m.Graph.Node[0].Attribute[1].Name = "a")), StringComparison.Ordinal);
        Fails("RG0004", Edit(model, m => m.Graph.Node[0].Attribute[0].Name = ""));
        Fails("RG0004", Edit(model, m => m.Graph.Node[0].Attribute[0].Type = (RedGen.Compiler.Import.Proto.AttributeProto.Types.AttributeType)99));
        Fails("RG0004", Edit(model, m => m.Graph.Node[0].Attribute[0].Type = RedGen.Compiler.Import.Proto.AttributeProto.Types.AttributeType.Graph));
        Fails("RG0004", Edit(model, m => m.Graph.Node[0].OpType = ""));
    }
}
