using System.Collections.Generic;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Signal;

/// <summary>Steps of optimizers: code gives what the reference gives, for the first step and later ones.</summary>
public sealed class OptimizerTests
{
    private const string Training = "ai.onnx.preview.training";

    [Theory]
    [InlineData("Momentum", "standard", 1)]
    [InlineData("Momentum", "nesterov", 1)]
    [InlineData("Adagrad", "", 1)]
    [InlineData("Adam", "", 2)]
    public void Code_and_reference_agree(string op, string mode, int kept)
    {
        using var batch = new ModelBatch();
        var types = new[] { ElementType.Float32, ElementType.Float64 };
        foreach (ElementType type in types)
        {
            OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Opset(1, Training).Input("rate", type).Input("step", ElementType.Int64);
            var inputs = new List<string> { "rate", "step" };
            var outputs = new List<string>();
            for (int part = 0; part < 2 + kept; part++)
            {
                writer.Input("p" + part, type, 3).Input("q" + part, type, 2, 4);
                inputs.AddRange(["p" + part, "q" + part]);
                if (part <= kept) outputs.AddRange(["y" + part, "z" + part]);
            }

            writer.Node(op, string.Join(",", inputs), string.Join(",", outputs), n =>
            {
                n.Domain(Training).Float("norm_coefficient", 0.01f);
                if (op == "Momentum") n.String("mode", mode).Float("alpha", 0.9f).Float("beta", 0.4f);
                else n.Float("epsilon", 1e-4f);
                if (op == "Adagrad") n.Float("decay_factor", 0.1f);
                if (op == "Adam") n.Float("norm_coefficient_post", 0.02f);
            });
            foreach (string output in outputs) writer.Output(output);
            batch.Add(op + " " + type, writer);
        }

        batch.Build();
        foreach (CompiledModel model in batch.Models)
        {
            foreach (long step in new[] { 0L, 3L })
            {
                var inputs = new ReferenceTensor[model.Inputs.Count];
                for (int i = 0; i < inputs.Length; i++) inputs[i] = RandomTensor.Of(model.Inputs[i].ElementType, i, model.Inputs[i].Shape!.ToArray());
                inputs[1] = new ReferenceTensor(ElementType.Int64, [], [step]);
                // What is kept of Adagrad and Adam are sums of squares.
                for (int i = 6; i < inputs.Length; i++) inputs[i] = new ReferenceTensor(inputs[i].ElementType, inputs[i].Lengths, System.Array.ConvertAll(inputs[i].Reals!, r => r * r)).Rounded();
                model.AssertAgrees(1e-5, 1e-5, inputs);
            }
        }
    }
}
