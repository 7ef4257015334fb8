using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Report;
using RedGen.Compiler.Tests.Recurrent;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>LSTM, GRU and RNN as layers of the reduction.</summary>
public sealed class HashedRecurrentTests
{
    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("RNN")]
    public void Generated_code_computes_the_reduced_graph(string op)
    {
        using var batch = new ModelBatch();
        var models = new List<CompiledModel>();
        foreach (string direction in new[] { "forward", "reverse", "bidirectional" })
            for (int variant = 0; variant < 3; variant++) models.Add(batch.Add($"{op} {direction} {variant}", Layer(op, direction, variant), new CompilerOptions()));
        batch.Build();
        foreach (CompiledModel model in models)
        {
            // Every step reads every weight once; a product of a few hundred weights with few values needs fewer multiplications.
            Assert.Equal(["r", "w"], model.Plan.Reduction.Hashed.Keys.Order());
            Assert.InRange(model.Plan.Multiplications, 1, model.Plan.MultiplyAdds - 1);
            Assert.InRange(model.Plan.WeightBytes, 1, model.Plan.Parameters * 2);
            HashedModel.AssertAgrees(model, 2e-5, op, HashedModel.Inputs(model, 3));
        }
    }

    [Fact]
    public void The_layers_are_W_and_R_with_a_group_a_direction()
    {
        Graph graph = Layer("GRU", "bidirectional", 0).ToModel().Graph;
        ReducibleLayer[] layers = [.. ReducibleLayer.ReadAll(graph, graph.Nodes[0])];
        Assert.Equal(["w", "r"], layers.Select(l => l.Weights));
        Assert.Equal([(2 * 3 * 24, 12, 1, false), (2 * 3 * 24, 24, 2, true)], layers.Select(l => (l.Outputs, l.Columns, l.Groups, l.ReadsState)));
        Assert.Equal(graph.ConstantOf("r")!.AsSpan<float>().ToArray(), layers[1].ToTensor(layers[1].ToRows(graph.ConstantOf("r")!), [2, 72, 24]).AsSpan<float>().ToArray());
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("RNN")]
    public void The_fast_evaluation_is_the_reference(string op)
    {
        int compared = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new RandomRecurrent(op, seed);
            if (random.Type != ElementType.Float32) continue;
            var diagnostics = new DiagnosticBag();
            Graph graph = ModelCompiler.Normalise(random.Writer.ToModel(), TestOptions.Exact with { Optimise = false }, diagnostics, default);
            Assert.False(diagnostics.HasErrors);
            Dictionary<string, ReferenceTensor> inputs = graph.Inputs.Zip(random.Values).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal);
            foreach ((ReferenceTensor expected, ReferenceTensor actual) in ReferenceInterpreter.Run(graph, inputs).Zip(new FastEvaluator(graph).Run(inputs))) TensorAssert.Close(expected, actual, 2e-5, 2e-5);
            compared++;
        }

        Assert.InRange(compared, 20, 60);
    }

    [Fact]
    public void The_states_that_R_reads_are_those_before_each_step()
    {
        // h = x + h: the states are the sums so far.
        Graph graph = new OnnxModelWriter().Input("x", ElementType.Float32, 3, 1, 1).Initializer("w", [1f], 1, 1, 1).Initializer("r", [1f], 1, 1, 1).Initializer("h", [10f], 1, 1, 1)
            .Node("RNN", "x,w,r,,,h", "y", n => n.Strings("activations", "Relu")).Output("y").ToModel().Graph;
        FastValue Constant(string name) => new(ReferenceTensor.FromTensor(graph.ConstantOf(name)!));
        RecurrentValues values = FastRecurrent.TryRun(graph.Nodes[0], [new FastValue([1f, 2f, 4f], [3, 1, 1]), Constant("w"), Constant("r"), null, null, Constant("h")])!;
        Assert.Equal([10f, 11f, 13f], values.States.Floats);
        Assert.Equal([11f, 13f, 17f], values.Outputs[0]!.Floats);
    }

    [Fact]
    public void The_report_tells_of_both_matrices_and_counts_the_work_once()
    {
        ModelSource source = Layer("LSTM", "bidirectional", 2).ToSource();
        ModelReport report = ModelReport.Of(ModelCompiler.Compile(source, TestOptions.Exact).Plan!, ModelCompiler.Compile(source, new CompilerOptions()).Plan!);
        LayerReport[] layers = [.. report.Layers.Where(l => l.Weights is not null)];
        Assert.Equal([("LSTM1", "w", 2 * 96 * 12), ("LSTM1State", "r", 2 * 96 * 24)], layers.Select(l => (l.Name, l.Weights!.Name, l.Weights.Count)));
        Assert.All(layers, l => Assert.InRange(l.Weights!.ValuesPerColumn!.Value, 1, l.Weights.Count));
        Assert.Equal(18L * 2 * 96 * (12 + 24), report.Layers.Sum(l => l.Before.Multiplications));
    }

    [SharedFact("models")]
    public void Trained_recurrent_models_keep_their_predictions_in_a_third_of_the_bytes()
    {
        foreach (string name in new[] { "digits-lstm", "digits-gru", "digits-rnn" })
        {
            string folder = Path.Combine(SharedData.Root, "models", name);
            using var model = CompiledModel.Compile(SharedData.Load(Path.Combine(folder, "model.onnx")), new CompilerOptions());
            Assert.InRange(model.Plan.WeightBytes, 1, model.Plan.Parameters * 4 / 3);
            Assert.InRange(model.Plan.MultiplicationsRemoved, 0.2, 1);
            HashedModel.AssertAgrees(model, 1e-4, name, HashedModel.Inputs(model, 5));
        }
    }

    /// <summary>A layer of 12 inputs and 24 units over 6 steps; variants take all that a layer may have.</summary>
    private static OnnxModelWriter Layer(string op, string direction, int variant)
    {
        int gates = op == "LSTM" ? 4 : op == "GRU" ? 3 : 1, directions = direction == "bidirectional" ? 2 : 1;
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 6, 1 + variant, 12);
        Weights(model, "w", directions, gates * 24, 12);
        Weights(model, "r", directions, gates * 24, 24);
        Weights(model, "b", directions, 2 * gates * 24);
        return model.Node(op, variant == 0 ? "x,w,r" : "x,w,r,b", variant == 1 ? ",y" : "y", n =>
        {
            n.String("direction", direction);
            if (op == "GRU") n.Int("linear_before_reset", variant % 2);
        }).Output("y");
    }

    private static void Weights(OnnxModelWriter model, string name, params int[] lengths)
    {
        ReferenceTensor value = RandomTensor.Of(ElementType.Float32, name[0] + lengths.Sum(), lengths);
        for (int i = 0; i < value.Count; i++) value.Reals![i] *= 0.3;
        model.Initializer(name, value.Rounded().ToTensor());
    }
}
