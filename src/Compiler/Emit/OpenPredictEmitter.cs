using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The Predict methods of models with outputs whose shape is known at run time only.</summary>
internal static class OpenPredictEmitter
{
    /// <summary>Writes the overload that allocates, and the one that fills the caller's memory where every output has a bound.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        WriteAllocating(code, plan, inputs, outputs);
        if (outputs.All(o => !o.IsOpen || o.MaxLength is not null)) WriteFilling(code, plan, inputs, outputs);
        PredictEmitter.WriteScratchField(code, plan);
    }

    private static void WriteAllocating(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        code.Line("/// <summary>Runs the network once and gives new arrays and tensors; safe to call from many threads.</summary>");
        foreach (PublicValue input in inputs) PredictEmitter.DocumentParameter(code, input);
        code.Line("/// <returns>" + string.Join("<br/>", outputs.Select(o => XmlText.Escape((outputs.Length > 1 ? o.Pascal + ": " : "") + o.Description) + ".")) + "</returns>");
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, or its values give shapes that do not fit.</exception>");
        string result = outputs.Length == 1 ? outputs[0].ResultType : "(" + string.Join(", ", outputs.Select(o => o.ResultType + " " + o.Pascal)) + ")";
        using (code.Block($"public static {result} Predict({string.Join(", ", inputs.Select(i => $"ReadOnlySpan<{i.CSharp}> {i.Buffer.Name}"))})"))
        {
            PredictEmitter.WriteCheckCalls(code, plan, inputs, []);
            foreach (PublicValue output in outputs.Where(o => !o.IsOpen)) code.Line($"var {output.Buffer.Name} = new {output.CSharp}[{output.Pascal}Length];");
            PredictEmitter.WriteRunCall(code, plan, Spans(inputs, outputs), outputs.Where(o => o.IsOpen).Select(o => $"out {o.ResultType} {o.Buffer.Name}"));
            code.Line(outputs.Length == 1 ? $"return {outputs[0].Buffer.Name};" : $"return ({string.Join(", ", outputs.Select(o => o.Buffer.Name))});");
        }

        code.Line();
    }

    private static void WriteFilling(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        code.Line("/// <summary>Runs the network once and writes the outputs to memory of the caller's; safe to call from many threads.</summary>");
        foreach (PublicValue value in inputs.Concat(outputs.Where(o => !o.IsOpen))) PredictEmitter.DocumentParameter(code, value);
        foreach (PublicValue output in outputs.Where(o => o.IsOpen)) Document(code, output, plan);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, an output shares memory with an input, or values give shapes that do not fit.</exception>");
        string[] parameters =
        [
            .. inputs.Select(i => $"ReadOnlySpan<{i.CSharp}> {i.Buffer.Name}"),
            .. outputs.SelectMany(o => Parameters(o, plan)),
        ];
        using (code.Block($"public static void Predict({string.Join(", ", parameters)})"))
        {
            PredictEmitter.WriteCheckCalls(code, plan, inputs, [.. outputs.Where(o => !o.IsOpen)]);
            PredictEmitter.WriteRunCall(code, plan, Spans(inputs, outputs), outputs.Where(o => o.IsOpen).Select(o => $"out {o.ResultType} {Stem(o, plan)}Tensor"));
            foreach (PublicValue output in outputs.Where(o => o.IsOpen))
            {
                string shape = output.OpenDimensions > 1 ? $", {Stem(output, plan)}Shape" : "";
                code.Line($"{Stem(output, plan)}Length = Tensors.HandOver({Stem(output, plan)}Tensor, {output.Buffer.Name}{shape}, nameof({output.Buffer.Name}));");
            }
        }

        code.Line();
    }

    private static IEnumerable<string> Spans(ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs) => inputs.Concat(outputs.Where(o => !o.IsOpen)).Select(v => v.Buffer.Name);

    private static void Document(SourceWriter code, PublicValue output, ExecutionPlan plan)
    {
        string stem = Stem(output, plan);
        string most = output.MaxLength!.Value.ToString(CultureInfo.InvariantCulture);
        code.Line($"/// <param name=\"{output.Buffer.Name.TrimStart('@')}\">Gets {XmlText.Escape(output.Description)}; {most} elements are enough for every result.</param>");
        code.Line($"/// <param name=\"{stem}Length\">Gets the number of elements written.</param>");
        if (output.OpenDimensions > 1) code.Line($"/// <param name=\"{stem}Shape\">Gets the lengths of the {output.Shape.Rank.ToString(CultureInfo.InvariantCulture)} dimensions.</param>");
    }

    private static string[] Parameters(PublicValue output, ExecutionPlan plan) => !output.IsOpen ? [$"Span<{output.CSharp}> {output.Buffer.Name}"]
        : output.OpenDimensions > 1 ? [$"Span<{output.CSharp}> {output.Buffer.Name}", $"out int {Stem(output, plan)}Length", $"Span<int> {Stem(output, plan)}Shape"]
        : [$"Span<{output.CSharp}> {output.Buffer.Name}", $"out int {Stem(output, plan)}Length"];

    /// <summary>The stem of an output's further parameters and locals: unique, as that of its constants is, and no other value's name begins so.</summary>
    private static string Stem(PublicValue output, ExecutionPlan plan)
    {
        string stem = char.ToLowerInvariant(output.Pascal[0]) + output.Pascal.Substring(1);
        while (plan.Buffers.Values.Any(b => b.Name == stem + "Length" || b.Name == stem + "Shape" || b.Name == stem + "Tensor")) stem += "_";
        return stem;
    }
}
