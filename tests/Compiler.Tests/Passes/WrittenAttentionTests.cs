using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Attention that models write out in nodes becomes one step, and computes what the nodes say.</summary>
public sealed class WrittenAttentionTests
{
    private const string Kernel = "Attention.Strided";

    [Fact]
    public void Random_forms_become_one_step_and_agree_with_the_nodes()
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            OnnxModelWriter writer = Write(random);
            CompiledModel model = batch.Add("seed " + seed, writer);
            cases.Add((model, [.. writer.ToModel().Graph.Inputs.Select((v, i) => RandomTensor.Of(ElementType.Float32, seed + i, ((TensorType)v.Type!).Shape!.ToArray()))]));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases)
        {
            model.AssertAgrees(2e-5, 2e-5, inputs);
            Assert.True(model.Plan.Root.Steps.Count(s => s.Kernel == Kernel) == 1, model.Code);
            Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Nodes.Any(n => n.Operator.Name is "Softmax") && s.Kernel != Kernel);
        }
    }

    [Fact]
    public void Heads_of_one_projection_are_read_where_they_stand()
    {
        using var model = CompiledModel.Compile(Packed(new Random(1), 2, 5, 3, 4));
        Assert.Equal([Kernel], model.Plan.Root.Steps.Where(s => !s.IsView).Select(s => s.Kernel));
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 3, 2, 5, 36)));
    }

    [Fact]
    public void Weights_that_are_read_elsewhere_stay()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("q", ElementType.Float32, 2, 5, 4).Input("k", ElementType.Float32, 2, 4, 6).Input("v", ElementType.Float32, 2, 6, 3)
            .Node("MatMul", "q,k", "s").Node("Softmax", "s", "p").Node("MatMul", "p,v", "y").Output("y").Output("p");
        using var model = CompiledModel.Compile(writer);
        Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Kernel == Kernel);
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 5, 4), RandomTensor.Of(ElementType.Float32, 2, 2, 4, 6), RandomTensor.Of(ElementType.Float32, 3, 2, 6, 3));
    }

    [Fact]
    public void A_key_that_others_read_too_is_computed_for_them()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("q", ElementType.Float32, 2, 5, 4).Input("k", ElementType.Float32, 2, 6, 4).Input("v", ElementType.Float32, 2, 6, 3)
            .Node("Transpose", "k", "t", n => n.Ints("perm", 0, 2, 1)).Node("MatMul", "q,t", "s").Node("Softmax", "s", "p").Node("MatMul", "p,v", "y").Output("y").Output("t");
        using var model = CompiledModel.Compile(writer);
        Assert.Contains(model.Plan.Root.Steps, s => s.Kernel == Kernel);
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 5, 4), RandomTensor.Of(ElementType.Float32, 2, 2, 6, 4), RandomTensor.Of(ElementType.Float32, 3, 2, 6, 3));
    }

    private static OnnxModelWriter Write(Random random)
    {
        int Next(int high) => random.Next(1, high + 1);
        return random.Next(3) == 0 ? Packed(random, Next(2), Next(20), Next(4), Next(20)) : Separate(random, Next(2), Next(20), Next(24), Next(4), Next(20), Next(20));
    }

    /// <summary>One tensor of queries, keys and values, [batch, rows, 3 · heads · depth], cut by Split, Slice or Gather.</summary>
    private static OnnxModelWriter Packed(Random random, int batch, int rows, int heads, int depth)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, batch, rows, 3 * heads * depth)
            .Initializer("shape", [(long)batch, rows, 3, heads, depth], 5).Initializer("axis", [0L], 1);
        writer.Node("Reshape", "x,shape", "r").Node("Transpose", "r", "t", n => n.Ints("perm", 2, 0, 3, 1, 4));
        switch (random.Next(3))
        {
            case 0:
                writer.Node("Split", "t", "q1,k1,v1", n => n.Int("axis", 0));
                foreach (string s in new[] { "q", "k", "v" }) writer.Node("Squeeze", s + "1,axis", s);
                break;
            case 1:
                for (int i = 0; i < 3; i++) writer.Initializer("i" + i, [(long)i]).Node("Gather", "t,i" + i, "qkv".Substring(i, 1), n => n.Int("axis", 0));
                break;
            default:
                for (int i = 0; i < 3; i++)
                {
                    string s = "qkv".Substring(i, 1);
                    writer.Initializer("b" + i, [(long)i], 1).Initializer("e" + i, [i + 1L], 1).Node("Slice", $"t,b{i},e{i},axis", s + "1").Node("Squeeze", s + "1,axis", s);
                }

                break;
        }

        writer.Node("Transpose", "k", "kt", n => n.Ints("perm", 0, 1, 3, 2));
        return Core(writer, random, batch, rows, rows, heads, depth);
    }

    /// <summary>Queries, keys and values of their own, [batch, rows, heads, depth] or [batch, heads, rows, depth].</summary>
    private static OnnxModelWriter Separate(Random random, int batch, int rows, int keys, int heads, int depth, int width)
    {
        var writer = new OnnxModelWriter();
        writer.Opset(13);
        void Operand(string name, int count, int length, bool transposed)
        {
            if (random.Next(2) == 0)
            {
                writer.Input(name + "0", ElementType.Float32, batch, count, heads, length);
                writer.Node("Transpose", name + "0", name, n => n.Ints("perm", transposed ? [0, 2, 3, 1] : [0, 2, 1, 3]));
            }
            else if (transposed && random.Next(2) == 0)
            {
                writer.Input(name, ElementType.Float32, batch, heads, length, count);
            }
            else if (transposed)
            {
                writer.Input(name + "0", ElementType.Float32, batch, heads, count, length).Node("Transpose", name + "0", name, n => n.Ints("perm", 0, 1, 3, 2));
            }
            else
            {
                writer.Input(name, ElementType.Float32, batch, heads, count, length);
            }
        }

        Operand("q", rows, depth, transposed: false);
        Operand("kt", keys, depth, transposed: true);
        Operand("v", keys, width, transposed: false);
        return Core(writer, random, batch, rows, keys, heads, width);
    }

    /// <summary>The scores, perhaps with factors and a mask, their softmax, and the weighted values, perhaps with the heads moved back.</summary>
    private static OnnxModelWriter Core(OnnxModelWriter writer, Random random, int batch, int rows, int keys, int heads, int width)
    {
        string q = "q";
        if (random.Next(3) == 0)
        {
            writer.Initializer("half", [0.5f]).Node("Mul", "q,half", "qh");
            q = "qh";
        }

        writer.Node("MatMul", q + ",kt", "s0");
        string scores = "s0";
        if (random.Next(2) == 0)
        {
            writer.Initializer("root", [1.7f]).Node(random.Next(2) == 0 ? "Div" : "Mul", scores + ",root", "s1");
            scores = "s1";
        }

        if (random.Next(2) == 0)
        {
            int[] mask = [.. new[] { batch, heads, rows }.Select(l => random.Next(2) == 0 ? 1 : l), keys];
            if (random.Next(2) == 0) writer.Input("mask", ElementType.Float32, [.. mask.Select(l => (OnnxDim)l)]);
            else writer.Initializer("mask", [.. RandomTensor.Of(ElementType.Float32, 3, mask).Reals!.Select(m => (float)m)], mask);
            writer.Node("Add", random.Next(2) == 0 ? scores + ",mask" : "mask," + scores, "s2");
            scores = "s2";
        }

        writer.Node("Softmax", scores, "p", n => n.Int("axis", random.Next(2) == 0 ? -1 : 3)).Node("MatMul", "p,v", "w");
        if (random.Next(2) == 0) return writer.Output("w");
        return writer.Node("Transpose", "w", "m", n => n.Ints("perm", 0, 2, 1, 3)).Initializer("flat", [(long)batch, rows, heads * width], 3).Node("Reshape", "m,flat", "y").Output("y");
    }
}
