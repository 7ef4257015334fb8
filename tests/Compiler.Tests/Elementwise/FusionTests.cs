using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>Groups of elementwise nodes in one loop.</summary>
public sealed class FusionTests
{
    private static readonly string[] VectorOps = ["Add", "Sub", "Mul", "Max", "Min", "Relu", "Neg", "Abs", "Sigmoid", "Tanh", "LeakyRelu", "Softsign"];

    private static readonly string[] ScalarOps = ["Sin", "Cos", "Atan", "Round", "Sign"];

    private static readonly string[] IntegerOps = ["Add", "Sub", "Mul", "Div", "Max", "Abs", "Neg", "Equal", "Where", "Cast"];

    [Fact]
    public void A_chain_is_one_step()
    {
        using var models = new ModelBatch();
        models.Add("chain", new OnnxModelWriter().Input("x", ElementType.Float32, 4, 100).Input("b", ElementType.Float32, 100).Initializer("half", [0.5f])
            .Node("Add", "x,b", "s").Node("Relu", "s", "r").Node("Mul", "r,half", "y").Output("y"));
        Compiler.Plan.Step step = Assert.Single(Assert.Single(models.Models).Plan.Root.Steps);
        Assert.Equal(["Add", "Relu", "Mul"], step.Nodes.Select(n => n.Operator.Name));
        models.Check(seed: 1);
    }

    [Fact]
    public void A_product_with_its_own_sigmoid_is_one_map()
    {
        using var models = new ModelBatch();
        models.Add("silu", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 100).Node("Sigmoid", "x", "s").Node("Mul", "s,x", "y").Output("y"));
        Assert.Equal("Elementwise.Lanes", Assert.Single(Assert.Single(models.Models).Plan.Root.Steps).Kernel);
        models.Check(seed: 4);
    }

    [Fact]
    public void Comparisons_are_masks_of_vectors()
    {
        using var models = new ModelBatch();
        models.Add("leaky by hand", new OnnxModelWriter().Input("x", ElementType.Float32, 3, 37).Initializer("zero", [0f]).Initializer("slope", [0.1f])
            .Node("Greater", "x,zero", "p").Node("Mul", "x,slope", "s").Node("Where", "p,x,s", "y").Output("y"));
        models.Add("a band", new OnnxModelWriter().Input("x", ElementType.Float32, 5, 40).Input("b", ElementType.Float32, 40).Initializer("low", [-0.5f])
            .Node("GreaterOrEqual", "x,low", "g").Node("LessOrEqual", "x,b", "l").Node("And", "g,l", "i").Node("Not", "i", "o").Node("Less", "x,b", "m").Node("Equal", "x,x", "e")
            .Node("Or", "o,m", "q").Node("Xor", "q,e", "r").Node("Where", "r,x,b", "w").Node("Relu", "w", "y").Output("y"));
        Assert.All(models.Models, m => Assert.Equal("Elementwise.Vector", Assert.Single(m.Plan.Root.Steps).Kernel));
        models.Check(seed: 5);
    }

    [Fact]
    public void A_value_that_others_read_or_that_is_an_output_ends_a_group()
    {
        using var models = new ModelBatch();
        models.Add("branches", new OnnxModelWriter().Input("x", ElementType.Float32, 100)
            .Node("Abs", "x", "a").Node("Relu", "a", "r").Node("Neg", "a", "n").Node("Mul", "r,n", "y").Node("Abs", "y", "z").Output("y").Output("z"));
        Assert.Equal(["Abs", "Relu,Neg,Mul", "Abs"], Assert.Single(models.Models).Plan.Root.Steps.Select(s => string.Join(",", s.Nodes.Select(n => n.Operator.Name))));
        models.Check(seed: 2);
    }

    [Fact]
    public void Long_chains_are_cut()
    {
        var writer = new OnnxModelWriter().Input("x", ElementType.Float32, 100);
        string last = "x";
        for (int i = 0; i < 200; i++) writer.Node(i % 2 == 0 ? "Softsign" : "Neg", last, last = "v" + i);
        using var models = new ModelBatch();
        models.Add("long", writer.Output(last));
        Assert.All(Assert.Single(models.Models).Plan.Root.Steps, s => Assert.InRange(s.Nodes.Length, 1, 16));
        models.Check(seed: 3);
    }

    [Theory]
    [InlineData(ElementType.Float32, 1)]
    [InlineData(ElementType.Float32, 2)]
    [InlineData(ElementType.Float64, 3)]
    [InlineData(ElementType.Float16, 4)]
    [InlineData(ElementType.Int32, 5)]
    [InlineData(ElementType.Int8, 6)]
    [InlineData(ElementType.UInt64, 7)]
    public void Random_graphs_agree_with_the_reference(ElementType type, int seed)
    {
        using var models = new ModelBatch();
        var random = new Random(seed);
        for (int m = 0; m < 12; m++) models.Add("random " + m, RandomModel(random, type));
        models.Check(seed);
    }

    /// <summary>Values of two shapes, one of which broadcasts to the other; integers saturate nowhere and so are exact.</summary>
    private static OnnxModelWriter RandomModel(Random random, ElementType type)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", type, 3, 4, 33).Input("b", type, 4, 1).Input("c", type, 33).Input("t", type, 1);
        var values = new List<string> { "x" };
        string[] ops = type.IsInteger() ? [.. IntegerOps.Where(o => o != "Neg" || type.IsSigned())] : random.Next(2) == 0 ? VectorOps : [.. ScalarOps, .. VectorOps.Take(5)];
        string? test = null;
        for (int i = 0; i < 20; i++)
        {
            string op = ops[random.Next(ops.Length)];
            string a = values[random.Next(Math.Max(0, values.Count - 3), values.Count)];
            string b = random.Next(3) == 0 ? ((string[])["b", "c", "t"])[random.Next(3)] : values[random.Next(values.Count)];
            string y = "v" + i;
            if (op == "Where" && test is null) op = "Equal";
            switch (op)
            {
                case "Equal": model.Node(op, $"{a},{b}", test = y); continue;
                case "Where": model.Node(op, $"{test},{a},{b}", y); break;
                case "Cast": model.Node(op, a, y + "w", n => n.Int("to", (long)ElementType.Int16)).Node(op, y + "w", y, n => n.Int("to", (long)type)); break;
                case "Add" or "Sub" or "Mul" or "Div" or "Max" or "Min": model.Node(op, random.Next(2) == 0 ? $"{a},{b}" : $"{b},{a}", y); break;
                default: model.Node(op, a, y); break;
            }

            values.Add(y);
        }

        model.Node("Identity", values[^1], "y").Output("y");
        return model;
    }
}
