using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Build;

/// <summary>Writes a test that fails for as long as an input violates a property: to be pasted into a project of tests.</summary>
internal static class CounterexampleTest
{
    private const int NumbersInLine = 8;

    /// <summary>The test's class.</summary>
    public static string ClassName(string className, string propertyName)
        => className + ClassNames.FromFileName(propertyName.EndsWith(".vnnlib", StringComparison.OrdinalIgnoreCase) ? propertyName.Substring(0, propertyName.Length - ".vnnlib".Length) : propertyName) + "Tests";

    /// <summary>The test as C#, lines ended by a line feed.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="space">The namespace of the generated class; empty: the global one.</param>
    /// <param name="propertyName">The property's file name.</param>
    /// <param name="property">The property.</param>
    /// <param name="input">The violating input.</param>
    /// <param name="output">What generated code gives for it.</param>
    public static string Write(ExecutionPlan plan, string space, string propertyName, VerifiedProperty property, ImmutableArray<float> input, ImmutableArray<float> output)
    {
        var code = new SourceWriter();
        string model = "global::" + (space.Length == 0 ? "" : space + ".") + plan.ClassName;
        code.Line("using Xunit;");
        code.Line();
        code.Line($"/// <summary>{XmlText.Escape(plan.Info.FileName)} violates {XmlText.Escape(propertyName)} for an input that RedGen found; generated code gave {XmlText.Escape(Short(output))}.</summary>");
        using (code.Block("public sealed class " + ClassName(plan.ClassName, propertyName)))
        {
            code.Line("[Fact]");
            using (code.Block("public void The_counterexample_that_RedGen_found_is_none_any_more()"))
            {
                ImmutableArray<NetworkUse> runs = property.Networks.IsEmpty ? [new NetworkUse("", 0, [.. Enumerable.Range(0, input.Length)], output.Length)] : property.Networks;
                foreach (NetworkUse run in runs) WriteRun(code, plan, model, runs.Length == 1 ? "" : run.Name, run.InputOf(input.AsSpan()), run.Outputs);
                code.Line();
                code.Line("// The property states the set of its counterexamples: this input must not be one.");
                code.Line("bool isCounterexample = " + Condition(property, input, output) + ";");
                code.Line("Assert.False(isCounterexample);");
            }
        }

        return code.ToString();
    }

    /// <summary>A call of the model; of several calls the names have the run's.</summary>
    private static void WriteRun(SourceWriter code, ExecutionPlan plan, string model, string run, float[] input, int outputs)
    {
        (string x, string y) = (Named("x", run), Named("y", run));
        code.Line("float[] " + x + " =");
        code.Line("{");
        for (int i = 0; i < input.Length; i += NumbersInLine) code.Line("    " + string.Join(", ", input.Skip(i).Take(NumbersInLine).Select(CSharpLiteral.Of)) + ",");
        code.Line("};");
        code.Line("var " + y + " = new float[" + CSharpLiteral.Of(outputs) + "];");
        code.Line(model + ".Predict(" + string.Join(", ", Parts(plan.Graph, plan.Graph.Inputs, x).Concat(Parts(plan.Graph, plan.Graph.Outputs, y))) + ");");
    }

    /// <summary>The parts of an array that several tensors are.</summary>
    private static IEnumerable<string> Parts(Graph graph, ImmutableArray<Value> values, string name)
    {
        if (values.Length == 1) return [name];
        int[] lengths = [.. values.Select(v => (int)graph.TensorTypeOf(v.Name)!.Shape!.ElementCount)];
        return lengths.Select((l, k) => "System.MemoryExtensions.AsSpan(" + name + ", " + CSharpLiteral.Of(lengths.Take(k).Sum()) + ", " + CSharpLiteral.Of(l) + ")");
    }

    private static string Named(string name, string run) => run.Length == 0 ? name : name + char.ToUpperInvariant(run[0]) + run.Substring(1);

    /// <summary>The conjunction that the input fulfils, as C#.</summary>
    private static string Condition(VerifiedProperty property, ImmutableArray<float> input, ImmutableArray<float> output)
    {
        Conjunction? fulfilled = property.Cases.SelectMany(static c => c.Conjunctions).FirstOrDefault(c => c.Rows.All(r => r.Holds(input.AsSpan(), output.AsSpan())));
        string[] x = [.. Enumerable.Range(0, input.Length).Select(i => Place(property.Networks, "x", i, static n => n.Inputs))];
        string[] y = [.. Enumerable.Range(0, output.Length).Select(j => "y[" + CSharpLiteral.Of(j) + "]")];
        if (property.Networks.Length > 1) y = [.. property.Networks.SelectMany(static n => Enumerable.Range(0, n.Outputs).Select(j => Named("y", n.Name) + "[" + CSharpLiteral.Of(j) + "]"))];
        string[] rows = [.. (fulfilled?.Rows ?? []).Select(r => Row(r, x, y))];
        return rows.Length == 0 ? "true" : string.Join("\n    && ", rows);
    }

    /// <summary>Where an input of the property stands: in the first run that has it.</summary>
    private static string Place(ImmutableArray<NetworkUse> runs, string name, int element, Func<NetworkUse, ImmutableArray<int>> elements)
    {
        NetworkUse? run = runs.Length < 2 ? null : runs.FirstOrDefault(r => elements(r).Contains(element));
        return Named(name, run?.Name ?? "") + "[" + CSharpLiteral.Of(run is null ? element : elements(run).IndexOf(element)) + "]";
    }

    private static string Row(LinearRow row, string[] x, string[] y)
    {
        IEnumerable<string> terms = Terms(row.Inputs, x).Concat(Terms(row.Outputs, y));
        string sum = string.Join(" + ", row.Constant == 0 ? terms : terms.Append(CSharpLiteral.Of(row.Constant)));
        return (sum.Length == 0 ? "0d" : sum) + (row.IsStrict ? " < 0" : " <= 0");
    }

    private static IEnumerable<string> Terms(ImmutableArray<double> factors, string[] names)
        => factors.Select((f, i) => (Factor: f, Text: "(double)" + names[i])).Where(static t => t.Factor != 0)
            .Select(static t => t.Factor == 1 ? t.Text : t.Factor == -1 ? "-" + t.Text : "(" + CSharpLiteral.Of(t.Factor) + " * " + t.Text + ")");

    private static string Short(ImmutableArray<float> values)
        => "[" + string.Join(", ", values.Take(5).Select(CSharpLiteral.Of)) + (values.Length > 5 ? ", …]" : "]");
}
