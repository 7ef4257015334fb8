using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The constants of the generated class.</summary>
internal static class ConstantEmitter
{
    /// <summary>Writes lengths, shapes and sizes.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        foreach (PublicValue value in inputs.Concat(outputs))
        {
            string kind = inputs.Contains(value) ? "input" : "output";
            if (value.IsOpen)
            {
                if (value.MaxLength is not { } most) continue;
                code.Line($"/// <summary>The most elements that {kind} <c>{XmlText.Escape(value.Value.Name)}</c> can have.</summary>");
                code.Line($"public const int {value.Pascal}MaxLength = {Text(most)};");
                code.Line();
                continue;
            }

            code.Line($"/// <summary>Elements of {kind} <c>{XmlText.Escape(value.Value.Name)}</c>, {value.Shape}.</summary>");
            code.Line($"public const int {value.Pascal}Length = {Text(value.Buffer.Length)};");
            code.Line();
            code.Line($"/// <summary>The shape of {kind} <c>{XmlText.Escape(value.Value.Name)}</c>, outermost dimension first.</summary>");
            string lengths = string.Join(", ", value.Shape.ToArray().Select(d => Text(d)));
            bool isField = plan.Options.IsPortable && lengths.Length > 0; // C# 7.3 would make an array at every read
            string field = "s_" + char.ToLowerInvariant(value.Pascal[0]) + value.Pascal.Substring(1) + "Shape";
            code.Line($"public static ReadOnlySpan<int> {value.Pascal}Shape => {(lengths.Length == 0 ? "default" : isField ? field : "new int[] { " + lengths + " }")};");
            code.Line();
            if (!isField) continue;
            code.Line($"private static readonly int[] {field} = {{ {lengths} }};");
            code.Line();
        }

        code.Line("/// <summary>Bytes of scratch memory that one call uses.</summary>");
        code.Line($"public const int ScratchBytes = {Text(plan.ArenaBytes)};");
        code.Line();
        code.Line("/// <summary>Bytes of constants in the assembly.</summary>");
        code.Line($"public const long WeightBytes = {Text(plan.WeightBytes)};");
        code.Line();
        code.Line("/// <summary>Multiply-adds of one call.</summary>");
        code.Line($"public const long Macs = {Text(plan.MultiplyAdds)};");
        code.Line();
        code.Line("/// <summary>Multiplications of one call when every layer is computed by its exact lowering with the fewest; equal to <see cref=\"Macs\"/> without hashing.</summary>");
        code.Line($"public const long Multiplications = {Text(plan.Multiplications)};");
        code.Line();
        if (plan.Reduction.Method != Hashing.None) WriteReduction(code, plan);
    }

    /// <summary>What the reduction gave and cost; errors that nobody knows have no constant.</summary>
    private static void WriteReduction(SourceWriter code, ExecutionPlan plan)
    {
        Constant(code, "MultiplicationsRemoved", plan.MultiplicationsRemoved, "The share of the multiplications of the unreduced network that the reduction removed.");
        if (ReductionText.IsMeasured(plan.Reduction))
            Constant(code, "ReductionMeasuredError", plan.Reduction.MeasuredError, "The relative error that the reduction causes at the outputs, as measured" + ReductionText.MeasuredOn(plan.Reduction) + ".");
        if (ReductionText.IsCertified(plan.Reduction))
            Constant(code, "ReductionMaxError", plan.Reduction.Certificate!.MaxError, "The largest error of any output element that the reduction can cause for " + plan.Reduction.Certificate.Box + ".");
    }

    private static void Constant(SourceWriter code, string name, double value, string summary)
    {
        code.Line("/// <summary>" + XmlText.Escape(summary) + "</summary>");
        code.Line($"public const double {name} = {CSharpLiteral.Of(value)};");
        code.Line();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
