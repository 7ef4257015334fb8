using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>A property that needs no file: a range of outputs, robustness around samples, monotonicity, equivalence.</summary>
/// <param name="Text">The statement in its plain form.</param>
/// <param name="Over">Inputs that take other values than those of <see cref="CompilerOptions.InputRange"/>.</param>
public abstract record Statement(string Text, ImmutableArray<ElementRange> Over)
{
    /// <summary>The files that it names, as it names them.</summary>
    public virtual ImmutableArray<string> Files => [];

    /// <summary>How the numbers of a counterexample are read, as the end of a sentence; empty: inputs and outputs of the network.</summary>
    public virtual string Reading => "";

    /// <summary>The inputs that the statement is about, in words; empty where its text says them.</summary>
    /// <param name="inputRange">The <see cref="CompilerOptions.InputRange"/>.</param>
    public virtual string InputsOf(string inputRange) => Over.IsEmpty ? "inputs " + (inputRange.Length == 0 ? "-3..3" : inputRange) : "inputs as stated";

    /// <summary>What tells statements apart, over a declared box and with the contents of files.</summary>
    /// <param name="inputRange">The <see cref="CompilerOptions.InputRange"/>.</param>
    /// <param name="hash">The SHA-256 of a file, by the name that the statement has for it.</param>
    /// <returns>A SHA-256 in lower-case hex.</returns>
    public string Sha256(string inputRange, Func<string, string> hash)
        => ModelSource.Hash(Encoding.UTF8.GetBytes(Text + "\n" + inputRange + string.Concat(Files.Select(f => "\n" + hash(f)))));

    /// <summary>The inputs that the statement is about.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputRange">The <see cref="CompilerOptions.InputRange"/>.</param>
    /// <exception cref="FormatException">A name in <see cref="Over"/> is not the network's.</exception>
    public VerifiedBox BoxOf(NetworkSignature network, string inputRange)
    {
        var declared = new InputBox(inputRange);
        var (lower, upper) = (new List<double>(), new List<double>());
        foreach (TensorSignature input in network.Inputs)
        {
            (double low, double high) = declared.RangeOf(input.Name);
            lower.AddRange(Enumerable.Repeat(low, input.Length));
            upper.AddRange(Enumerable.Repeat(high, input.Length));
        }

        foreach (ElementRange range in Over)
            foreach (int element in range.Elements.Find(network.Inputs, "X"))
                (lower[element], upper[element]) = (double.IsInfinity(range.Low) ? lower[element] : range.Low, double.IsInfinity(range.High) ? upper[element] : range.High);
        for (int i = 0; i < lower.Count; i++)
            if (!(lower[i] <= upper[i])) throw new FormatException("input element " + i.ToString(CultureInfo.InvariantCulture) + " has no value: its range is empty");
        return new VerifiedBox([.. lower], [.. upper]);
    }

    /// <summary>A condition on one output element: factor · y + constant &lt; 0.</summary>
    internal static LinearRow Row(int outputs, int output, double factor, double constant)
    {
        var factors = new double[outputs];
        factors[output] = factor;
        return new LinearRow([], [.. factors], constant, IsStrict: true);
    }

    /// <summary>A number as statements write it.</summary>
    internal static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
