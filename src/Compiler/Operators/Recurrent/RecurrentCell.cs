using System;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>The reference evaluation of one step of one sequence in one direction: what the equations of the specification name.</summary>
internal sealed class RecurrentCell(RecurrentLayer layer, RecurrentDirection direction, EvaluationContext context, double[] input, double[] hidden, double[] cell)
{
    /// <summary>The layer.</summary>
    public RecurrentLayer Layer { get; } = layer;

    /// <summary>H of the step before; the step writes the new one.</summary>
    public double[] Hidden { get; } = hidden;

    /// <summary>C of the step before; the step writes the new one.</summary>
    public double[] Cell { get; } = cell;

    /// <summary>Row of a gate and unit in W and R.</summary>
    private int Row(int gate, int unit) => (direction.Index * Layer.GateRows) + (gate * Layer.Hidden) + unit;

    /// <summary>Xt · Wᵀ + Wb for one unit.</summary>
    public double FromInput(int gate, int unit)
    {
        double sum = Bias(gate, unit);
        for (int i = 0; i < Layer.Inputs; i++) sum += context.Input(1).Reals![(Row(gate, unit) * Layer.Inputs) + i] * input[i];
        return sum;
    }

    /// <summary>state · Rᵀ + Rb for one unit.</summary>
    public double FromState(int gate, int unit, double[] state)
    {
        double sum = Bias(Layer.Gates + gate, unit);
        for (int k = 0; k < Layer.Hidden; k++) sum += context.Input(2).Reals![(Row(gate, unit) * Layer.Hidden) + k] * state[k];
        return sum;
    }

    /// <summary>The weight of a peephole; 0 where there is none.</summary>
    public double Peephole(int gate, int unit)
        => context.OptionalInput(7) is { } p ? p.Reals![(direction.Index * 3 * Layer.Hidden) + (gate * Layer.Hidden) + unit] : 0;

    /// <summary>An activation function, of what the layer's bound leaves of its argument.</summary>
    public double Activate(int function, double x)
        => direction.Activations[function].Apply(x > Layer.Clip ? Layer.Clip : x < -Layer.Clip ? -Layer.Clip : x);

    /// <summary>Puts what a function gives for each unit into an array, after all were computed.</summary>
    public void SetAll(double[] target, Func<int, double> value)
    {
        var next = new double[Layer.Hidden];
        for (int j = 0; j < next.Length; j++) next[j] = value(j);
        next.CopyTo(target, 0);
    }

    private double Bias(int block, int unit)
        => context.OptionalInput(3) is { } b ? b.Reals![(((direction.Index * 2 * Layer.Gates) + block) * Layer.Hidden) + unit] : 0;
}
