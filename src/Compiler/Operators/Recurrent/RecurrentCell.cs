using System;

namespace RedGen.Compiler.Operators.Recurrent;

/// <summary>One step of one sequence in one direction, by what the equations of the specification name.</summary>
internal abstract class RecurrentCell(RecurrentLayer layer, RecurrentDirection direction, double[] hidden, double[] cell)
{
    /// <summary>The layer.</summary>
    public RecurrentLayer Layer { get; } = layer;

    /// <summary>H of the step before; the step writes the new one.</summary>
    public double[] Hidden { get; } = hidden;

    /// <summary>C of the step before; the step writes the new one.</summary>
    public double[] Cell { get; } = cell;

    /// <summary>Xt · Wᵀ + Wb for one unit.</summary>
    public abstract double FromInput(int gate, int unit);

    /// <summary>state · Rᵀ + Rb for one unit.</summary>
    public abstract double FromState(int gate, int unit, double[] state);

    /// <summary>The weight of a peephole; 0 where there is none.</summary>
    public abstract double Peephole(int gate, int unit);

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

    /// <summary>The row of a gate and unit in W and R.</summary>
    protected int Row(int gate, int unit) => (direction.Index * Layer.GateRows) + (gate * Layer.Hidden) + unit;

    /// <summary>The place of a bias: blocks 0 … gates − 1 are Wb, the others Rb.</summary>
    protected int BiasPlace(int block, int unit) => (((direction.Index * 2 * Layer.Gates) + block) * Layer.Hidden) + unit;

    /// <summary>The place of a peephole.</summary>
    protected int PeepholePlace(int gate, int unit) => (((direction.Index * 3) + gate) * Layer.Hidden) + unit;
}

/// <summary>The step of the reference evaluation: sums in double, one product after the other.</summary>
internal sealed class ReferenceRecurrentCell(RecurrentLayer layer, RecurrentDirection direction, EvaluationContext context, double[] input, double[] hidden, double[] cell)
    : RecurrentCell(layer, direction, hidden, cell)
{
    /// <inheritdoc/>
    public override double FromInput(int gate, int unit)
    {
        double sum = Bias(gate, unit);
        for (int i = 0; i < Layer.Inputs; i++) sum += context.Input(1).Reals![(Row(gate, unit) * Layer.Inputs) + i] * input[i];
        return sum;
    }

    /// <inheritdoc/>
    public override double FromState(int gate, int unit, double[] state)
    {
        double sum = Bias(Layer.Gates + gate, unit);
        for (int k = 0; k < Layer.Hidden; k++) sum += context.Input(2).Reals![(Row(gate, unit) * Layer.Hidden) + k] * state[k];
        return sum;
    }

    /// <inheritdoc/>
    public override double Peephole(int gate, int unit) => context.OptionalInput(7) is { } p ? p.Reals![PeepholePlace(gate, unit)] : 0;

    private double Bias(int block, int unit) => context.OptionalInput(3) is { } b ? b.Reals![BiasPlace(block, unit)] : 0;
}
