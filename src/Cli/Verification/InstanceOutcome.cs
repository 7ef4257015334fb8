using System.Collections.Generic;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Cli.Verification;

/// <summary>What came of an instance.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Verdict">The verdict; null where there was an error.</param>
/// <param name="Seconds">The time from reading the property to the verdict.</param>
/// <param name="Error">Why there is none; empty otherwise.</param>
internal sealed record InstanceOutcome(PropertyInstance Instance, Verdict? Verdict, double Seconds, string Error)
{
    /// <summary>What is proven beside the verdict: the slack of monotonicity, the largest difference of two networks; null: nothing.</summary>
    public double? Bound { get; init; }

    /// <summary>Whether a certificate proved it, and no search.</summary>
    public bool IsChecked { get; init; }

    /// <summary>The samples of a statement of robustness.</summary>
    public IReadOnlyList<SampleOutcome> Samples { get; init; } = [];

    /// <summary>The property; null where it could not be read.</summary>
    public VerifiedProperty? Property { get; init; }

    /// <summary>What a certificate is made of; null where nobody wants one, and for monotonicity, which has none.</summary>
    public CertifiedProof? Proof { get; init; }

    /// <summary>What in the property's file could not be read; null for other errors.</summary>
    public PropertyException? Problem { get; init; }

    /// <summary>The verdict as JSON has it.</summary>
    public string Result => Word(Verdict?.Result);

    /// <summary>The verdict as the competition has it.</summary>
    public string CompetitionResult => Result switch { "holds" => "unsat", "violated" => "sat", var other => other };

    /// <summary>The word for a result; null: an error.</summary>
    public static string Word(VerificationResult? result) => result switch
    {
        VerificationResult.Holds => "holds",
        VerificationResult.Violated => "violated",
        VerificationResult.TimedOut => "timeout",
        VerificationResult.Unknown => "unknown",
        _ => "error",
    };
}

/// <summary>What came of a sample.</summary>
/// <param name="Index">The sample's number.</param>
/// <param name="Label">The class that should stay; −1 where none counts.</param>
/// <param name="IsMisclassified">Whether the network gives the sample itself another class.</param>
/// <param name="Verdict">The verdict.</param>
internal sealed record SampleOutcome(int Index, int Label, bool IsMisclassified, Verdict Verdict);
