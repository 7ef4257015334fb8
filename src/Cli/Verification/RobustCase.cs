using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>A sample and what is to be proven around it.</summary>
/// <param name="Input">The sample.</param>
/// <param name="Output">What generated code gives for it.</param>
/// <param name="Label">The class that should stay; −1 where none counts.</param>
/// <param name="Property">The property.</param>
internal sealed record RobustCase(float[] Input, float[] Output, int Label, VerifiedProperty Property)
{
    /// <summary>Whether the network gives the sample itself another class: then there is nothing to prove.</summary>
    public bool IsMisclassified => Label >= 0 && RobustStatement.ClassOf(Output) != Label;

    /// <summary>The properties of all samples as one.</summary>
    public static VerifiedProperty All(IReadOnlyList<RobustCase> cases) => cases[0].Property with { Cases = [.. cases.SelectMany(static c => c.Property.Cases)] };
}
