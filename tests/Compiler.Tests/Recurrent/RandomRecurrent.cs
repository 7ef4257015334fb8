using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Recurrent;

/// <summary>A random LSTM, GRU or RNN: the same for the same seed.</summary>
internal sealed class RandomRecurrent
{
    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.Float32, ElementType.Float32, ElementType.Float16, ElementType.Float32, ElementType.BFloat16];

    private static readonly string[] Functions =
        ["Relu", "Tanh", "Sigmoid", "Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus", "tanh"];

    private readonly Random _random;
    private readonly string _op;
    private readonly int _gates;
    private readonly int _functions;

    public RandomRecurrent(string op, int seed)
    {
        _op = op;
        _random = new Random(seed);
        _gates = op == "LSTM" ? 4 : op == "GRU" ? 3 : 1;
        _functions = op == "LSTM" ? 3 : op == "GRU" ? 2 : 1;
        Type = Types[seed % Types.Length];
        Write();
    }

    public ElementType Type { get; }

    public OnnxModelWriter Writer { get; } = new();

    public List<ReferenceTensor> Values { get; } = [];

    private int Next(int least, int most) => _random.Next(least, most + 1);

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private int Length(int most) => Chance(0.03) ? 0 : Chance(0.3) ? 1 : Next(2, most);

    private void Write()
    {
        // Steps of more than one block of gates now and then.
        bool isLong = Type == ElementType.Float32 && Chance(0.08);
        // Over many steps, functions without a bound make small differences large.
        bool ownFunctions = !isLong && Chance(0.4);
        int steps = isLong ? Next(600, 700) : Length(ownFunctions ? 4 : 9);
        int batch = isLong ? 4 : Length(4);
        int inputs = Length(20);
        int hidden = isLong ? 10 : Length(19);
        string direction = new[] { "forward", "reverse", "bidirectional" }[Next(0, 2)];
        int directions = direction == "bidirectional" ? 2 : 1;
        bool batchFirst = Chance(0.3);
        int[] state = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
        double constant = Chance(0.3) ? 0 : 0.9;
        string[] names =
        [
            Operand("x", 0, 1, batchFirst ? [batch, steps, inputs] : [steps, batch, inputs]),
            Operand("w", constant, 0.3, directions, _gates * hidden, inputs),
            Operand("r", constant, 0.3, directions, _gates * hidden, hidden),
            Chance(0.7) ? Operand("b", constant, 0.5, directions, 2 * _gates * hidden) : "",
            Chance(0.4) ? SequenceLengths(batch, steps) : "",
            Chance(0.5) ? Operand("h0", 0.3, 1, state) : "",
            _op == "LSTM" && Chance(0.5) ? Operand("c0", 0.3, 1, state) : "",
            _op == "LSTM" && Chance(0.5) ? Operand("p", constant, 0.5, directions, 3 * hidden) : "",
        ];
        string[] outputs = [.. new[] { "y", "yh", "yc" }.Take(_op == "LSTM" ? 3 : 2).Select(o => Chance(0.7) ? o : "")];
        if (outputs.All(o => o.Length == 0)) outputs[^1] = "last";
        Writer.Opset(batchFirst ? 22 : new[] { 7, 14, 22 }[Next(0, 2)]);
        Writer.Node(_op, string.Join(",", names), string.Join(",", outputs), n => Attributes(n, direction, directions, hidden, batchFirst, ownFunctions));
        foreach (string output in outputs.Where(o => o.Length > 0)) Writer.Output(output);
    }

    private void Attributes(OnnxNodeWriter node, string direction, int directions, int hidden, bool batchFirst, bool ownFunctions)
    {
        if (direction != "forward" || Chance(0.5)) node.String("direction", direction);
        if (batchFirst) node.Int("layout", 1);
        if (hidden > 0 && Chance(0.5)) node.Int("hidden_size", hidden);
        if (Chance(0.2)) node.Float("clip", 0.7f);
        if (_op == "LSTM" && Chance(0.2)) node.Int("input_forget", 1);
        if (_op == "GRU" && Chance(0.5)) node.Int("linear_before_reset", 1);
        if (!ownFunctions) return;
        node.Strings("activations", [.. Enumerable.Range(0, _functions * directions).Select(_ => Functions[_random.Next(Functions.Length)])]);
        if (Chance(0.5)) node.Floats("activation_alpha", [.. Enumerable.Range(0, Next(1, 6)).Select(_ => 0.25f * Next(1, 5))]);
        if (Chance(0.5)) node.Floats("activation_beta", [.. Enumerable.Range(0, Next(1, 6)).Select(_ => 0.125f * Next(1, 5))]);
    }

    private string Operand(string name, double constant, double scale, params int[] lengths)
    {
        ReferenceTensor value = RandomTensor.Of(Type, _random.Next(), lengths);
        for (int i = 0; i < value.Count; i++) value.Reals![i] *= scale;
        return Give(name, value.Rounded(), constant);
    }

    private string SequenceLengths(int batch, int steps)
        => Give("lengths", new ReferenceTensor(ElementType.Int32, [batch], [.. Enumerable.Range(0, batch).Select(_ => (long)Next(0, steps))]), 0.3);

    private string Give(string name, ReferenceTensor value, double constant)
    {
        if (Chance(constant))
        {
            Writer.Initializer(name, value.ToTensor());
            return name;
        }

        Values.Add(value);
        Writer.Input(name, value.ElementType, [.. value.Lengths.Select(d => (OnnxDim)d)]);
        return name;
    }
}
