using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>A step that there may be another form of, with its weights in the code.</summary>
internal interface IWrittenOut
{
    /// <summary>That form; null where it would not be better.</summary>
    MicroUnrolledStep? WrittenOut { get; }
}

/// <summary>A product whose weights are in the code: of each output the inputs by the magnitude of their weights (<see cref="ValueLists"/>). The offsets of all loads are part of the instructions.</summary>
internal sealed class MicroUnrolledStep : Step
{
    /// <summary>Inputs that a method adds up: far from the JIT's limits.</summary>
    private const int MostInputs = 500;

    /// <summary>Bytes of code that a layer takes at most.</summary>
    private const int MostBytes = 32 * 1024;

    /// <summary>Instructions of MicroDenseKernel's loops for a multiply-add, and for an output.</summary>
    private const double LoopInstructions = 5.4;

    /// <summary>Bytes of code of these loops.</summary>
    private const int LoopBytes = 850;

    /// <summary>A layer that takes more flash than its loops is written out if it is at least so much of all multiply-adds: one in this many.</summary>
    private const int Share = 20;

    private const int EndInstructions = 14;
    private const int InstructionBytes = 4;

    private readonly DenseLayer _layer;
    private readonly MicroWeights _weights;
    private readonly ImmutableArray<ValueLists> _rows;
    private readonly ImmutableArray<ImmutableArray<int>> _parts;

    private MicroUnrolledStep(DenseLayer layer, MicroWeights weights, ImmutableArray<ValueLists> rows)
    {
        (_layer, _weights, _rows) = (layer, weights, rows);
        var parts = new List<List<int>> { new() };
        int inputs = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int more = rows[i].Steps.Sum(s => s.Inputs.Length);
            if (inputs > 0 && inputs + more > MostInputs)
            {
                parts.Add([]);
                inputs = 0;
            }

            parts[parts.Count - 1].Add(i);
            inputs += more;
        }

        _parts = [.. parts.Select(p => p.ToImmutableArray())];
    }

    /// <inheritdoc/>
    public override string Kernel => "Micro.Unrolled";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>Whether its code takes more flash than loops and weights.</summary>
    private bool IsLarger { get; init; }

    /// <summary>The steps of a model, those written out that matter to it.</summary>
    public static ImmutableArray<Step> Choose(ImmutableArray<Step> steps)
    {
        long all = steps.Sum(s => s.MultiplyAdds);
        return [.. steps.Select(s => s is IWrittenOut { WrittenOut: { } written } && (!written.IsLarger || written.MultiplyAdds * Share >= all) ? written : s)];
    }

    /// <summary>The step of a layer; null where loops are better.</summary>
    public static MicroUnrolledStep? TryPlan(NodeGroup group, DenseLayer layer, MicroWeights weights, CompilerOptions options)
    {
        if (layer.Rows != 1 || !weights.IsWhole) return null;
        ImmutableArray<ValueLists> rows = [.. Enumerable.Range(0, layer.Outputs).Select(i => ValueLists.Of(weights.Row(i)))];
        int instructions = rows.Sum(r => r.Instructions + EndInstructions), bytes = instructions * InstructionBytes;
        long room = options.Goal == OptimiseGoal.Speed ? Math.Min(MostBytes, options.FlashBudget is { } budget ? budget / 2 : long.MaxValue) : LoopBytes + ((long)layer.Inputs * layer.Outputs);
        if (bytes > room || instructions >= LoopInstructions * layer.MultiplyAdds || rows.Any(r => r.Steps.Sum(s => s.Inputs.Length) > MostInputs)) return null;
        return new MicroUnrolledStep(layer, weights, rows)
        {
            Nodes = group.Nodes,
            Inputs = [.. layer.Values],
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights.Ends(layer.Bias),
            MultiplyAdds = layer.MultiplyAdds,
            InPlaceInputs = layer.Addend is null || layer.Addend == layer.Input ? [] : [1],
            IsLarger = bytes > LoopBytes + ((long)layer.Inputs * layer.Outputs),
            Summary = $"{group.Head.Operator.Name} {layer.Text}, weights written out",
        };
    }

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        if (_parts.Length == 1)
        {
            WriteOutputs(writer, _parts[0]);
            return;
        }

        for (int p = 0; p < _parts.Length; p++) writer.Line($"{writer.Method}Part{p + 1}({string.Join(", ", Operands(writer).Append("y"))});");
    }

    /// <inheritdoc/>
    internal override ImmutableArray<StepMethod> MethodsBeside(string method)
        => _parts.Length == 1 ? [] : [.. _parts.Select((part, p) => new StepMethod($"{method}Part{p + 1}", (long)part.Length * _layer.Inputs, TextOf(part)))];

    /// <inheritdoc/>
    internal override void EmitMethods(StepWriter writer)
    {
        for (int p = 0; _parts.Length > 1 && p < _parts.Length; p++)
        {
            writer.Line();
            writer.Line($"/// <summary>{TextOf(_parts[p])}.</summary>");
            IEnumerable<string> parameters = Operands(writer).Select(o => "ReadOnlySpan<float> " + o).Append("Span<float> y");
            using SourceWriter.BlockScope body = writer.Block($"private static void {writer.Method}Part{p + 1}({string.Join(", ", parameters)})");
            WriteOutputs(writer, _parts[p]);
        }
    }

    private static string TextOf(ImmutableArray<int> part) => part.Length == 1 ? $"Output {part[0]}" : $"Outputs {part[0]} to {part[^1]}";

    private IEnumerable<string> Operands(StepWriter writer) => Enumerable.Range(0, Inputs.Length).Select(writer.Input).Distinct();

    private void WriteOutputs(StepWriter writer, ImmutableArray<int> outputs)
    {
        _weights.Declare(writer);
        writer.Line("// Inputs by the magnitude of their weight, the largest first: their sum counts as often as the next magnitude is smaller.");
        writer.Line("float v, sum;");
        foreach (int output in outputs)
        {
            WriteSum(writer, _rows[output]);
            string value = _weights.Scaled(this, "sum", CSharpLiteral.Of(output)) + (_layer.Addend is null ? "" : $" + {writer.Input(1)}[{output}]");
            writer.Line($"y[{output}] = {MicroActivation.Apply(_layer.Activation, value)};");
        }
    }

    private static void WriteSum(StepWriter writer, ValueLists row)
    {
        if (row.Steps.IsEmpty) writer.Line("sum = 0f;");
        for (int k = 0; k < row.Steps.Length; k++)
        {
            ValueStep step = row.Steps[k];
            string terms = string.Concat(step.Inputs.Select((i, n) => (k == 0 && n == 0 ? i.IsNegative ? "-" : "" : i.IsNegative ? " - " : " + ") + $"x[{i.Input}]"));
            writer.Line(k == 0 ? $"v = {terms};" : $"v = v{terms};");
            string times = step.IsProduct ? $"{step.Down}f * v" : string.Join(" + ", Enumerable.Repeat("v", step.Down));
            writer.Line(k == 0 ? $"sum = {times};" : times.Contains("+") ? $"sum = sum + {times};" : $"sum += {times};");
        }
    }
}
