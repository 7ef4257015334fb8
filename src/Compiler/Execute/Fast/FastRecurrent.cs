using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>What a recurrent layer gives, and what it reads of itself.</summary>
/// <param name="Outputs">By output of the node; null where it is left out.</param>
/// <param name="States">The state before each step: steps × sequences × directions × units. Steps behind a sequence's end are zeros.</param>
internal sealed record RecurrentValues(FastValue?[] Outputs, FastValue States);

/// <summary>LSTM, GRU and RNN of float32: the equations of the reference evaluation over products in floats, the same on every machine.</summary>
internal static class FastRecurrent
{
    /// <summary>Computes a node; null where it is no recurrent layer of float32.</summary>
    public static RecurrentValues? TryRun(Node node, ImmutableArray<FastValue?> inputs)
    {
        if (OperatorTable.Find(node.Operator) is not RecurrentOperator op || inputs[0]!.ElementType != ElementType.Float32) return null;
        var context = new InferenceContext(
            node,
            [.. inputs.Select(i => i is null ? null : new TensorType(i.ElementType, Shape.Of(i.Lengths)))],
            [.. inputs.Select((v, i) => i == 4 ? v?.ToReference().ToTensor() : null)]);
        RecurrentLayer layer = op.Read(context);
        var y = new float[layer.OutputShape.Aggregate(1, (a, b) => a * b)];
        int units = layer.Batch * layer.Directions.Length * layer.Hidden;
        float[] last = new float[units], lastCell = new float[units];
        var states = new float[layer.Steps * units];
        foreach (RecurrentDirection direction in layer.Directions)
        {
            for (int n = 0; n < layer.Batch; n++)
            {
                int place = layer.StateStart(direction.Index) + (n * layer.StateBatchStride);
                double[] hidden = Part(Operand(inputs, 5), place, layer.Hidden), cell = Part(Operand(inputs, 6), place, layer.Hidden);
                int length = Operand(inputs, 4) is { } lengths ? (int)lengths.ToReference().Integers![n] : layer.Steps;
                for (int step = 0; step < length; step++)
                {
                    int t = direction.IsReverse ? length - 1 - step : step;
                    Store(hidden, states, ((((t * layer.Batch) + n) * layer.Directions.Length) + direction.Index) * layer.Hidden);
                    op.Step(new FastCell(layer, direction, inputs, (t * layer.InputStepStride) + (n * layer.InputBatchStride), hidden, cell), node);
                    Store(hidden, y, (t * layer.OutputStepStride) + layer.StateStart(direction.Index) + (n * layer.OutputBatchStride));
                }

                Store(hidden, last, place);
                Store(cell, lastCell, place);
            }
        }

        FastValue[] all = [new(y, layer.OutputShape), new(last, layer.StateShape), new(lastCell, layer.StateShape)];
        return new RecurrentValues(
            [.. node.Outputs.Select((o, i) => o.Length > 0 ? all[i] : null)],
            new FastValue(states, [layer.Steps, layer.Batch, layer.Directions.Length, layer.Hidden]));
    }

    /// <summary>The states that a node reads of itself, one entry a sample.</summary>
    public static FastValue[] States(Node node, Func<string, FastValue[]> value)
    {
        FastValue[]?[] operands = [.. node.Inputs.Select(i => i.Length == 0 ? null : value(i))];
        var states = new FastValue[operands[0]!.Length];
        Parallel.For(0, states.Length, sample => states[sample] = TryRun(node, [.. operands.Select(o => o?[sample])])!.States);
        return states;
    }

    private static FastValue? Operand(ImmutableArray<FastValue?> inputs, int place) => place < inputs.Length ? inputs[place] : null;

    private static double[] Part(FastValue? value, int start, int length)
    {
        var part = new double[length];
        for (int j = 0; value is not null && j < length; j++) part[j] = value.Floats[start + j];
        return part;
    }

    private static void Store(double[] state, float[] to, int start)
    {
        for (int j = 0; j < state.Length; j++) to[start + j] = (float)state[j];
    }

    /// <summary>A step whose products are sums of floats.</summary>
    private sealed class FastCell(RecurrentLayer layer, RecurrentDirection direction, ImmutableArray<FastValue?> inputs, int inputStart, double[] hidden, double[] cell)
        : RecurrentCell(layer, direction, hidden, cell)
    {
        private readonly float[] _state = new float[layer.Hidden];
        private double[]? _stateOf;

        public override double FromInput(int gate, int unit)
            => Bias(gate, unit) + LaneSums.Dot(inputs[1]!.Floats, Row(gate, unit) * Layer.Inputs, inputs[0]!.Floats, inputStart, Layer.Inputs);

        public override double FromState(int gate, int unit, double[] state)
        {
            // No step changes a state between the products that read it.
            if (!ReferenceEquals(_stateOf, state)) Store(_stateOf = state, _state, 0);
            return Bias(Layer.Gates + gate, unit) + LaneSums.Dot(inputs[2]!.Floats, Row(gate, unit) * Layer.Hidden, _state, 0, Layer.Hidden);
        }

        public override double Peephole(int gate, int unit) => Operand(inputs, 7) is { } p ? p.Floats[PeepholePlace(gate, unit)] : 0;

        private double Bias(int block, int unit) => Operand(inputs, 3) is { } b ? b.Floats[BiasPlace(block, unit)] : 0;
    }
}
