using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>Rows normalised one by one: their statistics, then the result. Floats go through RedGen.Runtime, other types through plain loops.</summary>
/// <param name="layer">The loops.</param>
/// <param name="types">The arithmetic of tensor, scale, shift (or scale again) and output 0.</param>
internal sealed class RowNormStep(RowNormLayer layer, Arithmetic[] types) : Step
{
    private const int Tensor = 0;
    private const int Scale = 1;
    private const int Shift = 2;
    private const int Result = 3;

    /// <inheritdoc/>
    public override string Kernel => IsFloat ? "RowNorm.Vector" : "RowNorm.Loops";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    private bool IsFloat => types.All(t => t.Type == "float");

    private string Sum => types[Tensor].Sum;

    private bool HasShift => Inputs.Length > Shift;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        if (layer.Rows == 0) return;
        using var nest = new LoopScope(writer);
        foreach (NormAxis axis in layer.Outer) nest.Loop(axis.Variable, axis.Length);
        string start = nest.Index([.. layer.Outer.Select(a => (a.Variable, a.Stride))]);
        writer.Line($"ReadOnlySpan<{types[Tensor].Type}> from = {writer.Input(0)}.Slice({start}, {layer.Length});");
        WriteStatistics(writer);
        if (Outputs[0].Length > 0 && layer.Length > 0)
        {
            writer.Line($"Span<{types[Result].Type}> to = {writer.Output(0)}.Slice({start}, {layer.Length});");
            WriteResult(writer, nest);
        }

        string outer = nest.Index([.. layer.Outer.Select(a => (a.Variable, 1))]);
        for (int i = 1; i < Outputs.Length; i++)
            if (Outputs[i].Length > 0) writer.Line($"{writer.Output(i)}[{outer}] = {Statistic(i, writer)};");
    }

    private string Statistic(int output, StepWriter writer)
    {
        string value = output == 1 ? "mean" : "inverse";
        string type = writer.Plan.Buffers[Outputs[output]].ElementType == Graphs.ElementType.Undefined ? Sum : Arithmetic.Of(writer.Plan.Buffers[Outputs[output]].ElementType)!.Type;
        return type == Sum ? value : "(" + type + ")" + value;
    }

    private void WriteStatistics(StepWriter writer)
    {
        string x = types[Tensor].Load("from[i]");
        string difference = layer.Centers ? "(" + x + " - mean)" : x;
        if (layer.Centers)
        {
            if (IsFloat) writer.Line($"float mean = RowMath.Sum(from) / {layer.Length};");
            else WriteSum(writer, "mean", x, $"mean /= {layer.Length};");
        }

        if (IsFloat) writer.Line($"float variance = RowMath.SquaredDistances(from, {(layer.Centers ? "mean" : "0f")});");
        else WriteSum(writer, "variance", difference + " * " + difference, null);
        string epsilon = Sum == "float" ? CSharpLiteral.Of(layer.Epsilon) : CSharpLiteral.Of((double)layer.Epsilon);
        writer.Line($"{Sum} inverse = {(Sum == "float" ? "(float)" : "")}(1d / Math.Sqrt((variance / {layer.Length}) + {epsilon}));");
    }

    private void WriteSum(StepWriter writer, string name, string term, string? after)
    {
        writer.Line($"{Sum} {name} = {types[Tensor].Zero};");
        writer.Line($"for (int i = 0; i < from.Length; i++) {name} += {term};");
        if (after is not null) writer.Line(after);
    }

    private void WriteResult(StepWriter writer, LoopScope nest)
    {
        foreach (NormAxis axis in layer.Inner.Take(layer.Inner.Count - 1)) nest.Loop(axis.Variable, axis.Length);
        NormAxis last = layer.Inner.Count > 0 ? layer.Inner[layer.Inner.Count - 1] : new NormAxis("i", 1, 1, 0, 0);
        if (IsFloat && TryVector(writer, nest, last)) return;
        nest.Loop(last.Variable, last.Length);
        string at = nest.Index([.. layer.Inner.Select(a => (a.Variable, a.Stride))]);
        string centered = layer.Centers ? $"({types[Tensor].Load("from[" + at + "]")} - mean)" : types[Tensor].Load("from[" + at + "]");
        string value = $"{centered} * inverse * {Operand(writer, nest, Scale)}";
        if (HasShift) value = $"({value}) + {Operand(writer, nest, Shift)}";
        writer.Line($"to[{at}] = {(types[Result].Type == Sum && types.All(t => t.Sum == Sum) ? value : "(" + types[Result].Type + ")(" + value + ")")};");
    }

    /// <summary>The last loop as one call, where the operands are the same for all of its turns or stand as the row does.</summary>
    private bool TryVector(StepWriter writer, LoopScope nest, NormAxis last)
    {
        if (last.Stride != 1) return false;
        string at = nest.Index([.. layer.Inner.Select(a => (a.Variable, a.Stride))]);
        string from = last.Length == layer.Length ? "from" : $"from.Slice({at}, {last.Length})";
        string to = last.Length == layer.Length ? "to" : $"to.Slice({at}, {last.Length})";
        string mean = layer.Centers ? "mean" : "0f";
        if (last.Scale == 0 && last.Shift == 0)
        {
            writer.Line($"RowMath.Normalise({from}, {to}, {mean}, inverse * {Operand(writer, nest, Scale)}, {(HasShift ? Operand(writer, nest, Shift) : "0f")});");
            return true;
        }

        if (last.Scale != 1 || (HasShift && last.Shift != 1)) return false;
        string shift = HasShift ? Row(writer, nest, Shift, last.Length) : "default";
        writer.Line($"RowMath.Normalise({from}, {to}, {mean}, inverse, {Row(writer, nest, Scale, last.Length)}, {shift});");
        return true;
    }

    private string Row(StepWriter writer, LoopScope nest, int input, int length) => $"{writer.Input(input)}.Slice({Place(nest, input)}, {length})";

    private string Operand(StepWriter writer, LoopScope nest, int input) => types[input].Load($"{writer.Input(input)}[{Place(nest, input)}]");

    private string Place(LoopScope nest, int input)
        => nest.Index([.. layer.Outer.Concat(layer.Inner).Select(a => (a.Variable, input == Scale ? a.Scale : a.Shift))]);
}
