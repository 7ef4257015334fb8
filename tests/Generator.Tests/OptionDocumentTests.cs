using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml.Linq;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Generator.Tests;

/// <summary>The table of options in the code is the only one: documents and build files follow it.</summary>
public sealed class OptionDocumentTests
{
    private const string TableStart = "<!-- table: written by OptionDocumentTests, from src/Compiler/Options/OptionTable.cs -->\n";
    private const string TableEnd = "<!-- end of table -->";

    [Fact]
    public void The_document_shows_the_table()
    {
        string path = Repository.PathOf("docs", "options.md");
        string document = File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal);
        int start = document.IndexOf(TableStart, StringComparison.Ordinal) + TableStart.Length;
        int end = document.IndexOf(TableEnd, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("REDGEN_ACCEPT") == "1") File.WriteAllText(path, document[..start] + Table() + document[end..]);
        else Assert.Equal(Table(), document[start..end]);
    }

    [Fact]
    public void The_targets_hand_over_every_option()
    {
        string targets = File.ReadAllText(Repository.PathOf("nuget", "build", "RedGen.targets"));
        foreach (string name in OptionTable.All.Select(static o => o.MSBuildName))
        {
            Assert.Contains("\n        " + name + "=%(_RedGenHashed." + name + ")", targets, StringComparison.Ordinal);
            if (name != "RedGenClassName") Assert.Contains("\n        project." + name + "=$(" + name + ")", targets, StringComparison.Ordinal);
        }
    }

    /// <summary>The tool must search, and lay out weights, with the options that the generator compiles with.</summary>
    [Fact]
    public void The_tool_gets_the_options_that_weights_depend_on()
    {
        string targets = File.ReadAllText(Repository.PathOf("nuget", "build", "RedGen.Tune.targets"));
        foreach (string name in new[] { "Hashing", "Tolerance", "Merging", "Lowering", "Optimise", "InputRange", "Dims", "Samples" })
        {
            Option option = OptionTable.All.Single(o => o.Name == name);
            Assert.Contains("Include=\"" + option.Flag + ";", targets, StringComparison.Ordinal);
            Assert.Contains("<" + option.MSBuildName + ">$(" + option.MSBuildName + ")</" + option.MSBuildName + ">", targets, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_build_files_are_XML()
    {
        foreach (string name in new[] { "RedGen.props", "RedGen.targets", "RedGen.Tune.targets", "RedGen.Verify.targets", "RedGen.Weights.targets" })
            Assert.Equal("Project", XDocument.Load(Repository.PathOf("nuget", "build", name)).Root!.Name.LocalName);
    }

    private static string Table()
    {
        var text = new StringBuilder("| property, metadata | tool | values | default | what it does |\n|---|---|---|---|---|\n");
        foreach (Option option in OptionTable.All)
        {
            text.Append("| `").Append(option.MSBuildName).Append("` | `").Append(option.Flag).Append("` | ").Append(Values(option))
                .Append(" | ").Append(Default(option)).Append(" | ").Append(option.Help)
                .Append(option.IsAvailable ? "" : " *Not available in this version.*").Append(" |\n");
        }

        return text.ToString();
    }

    private static string Values(Option option)
    {
        string later = option.Planned.IsEmpty ? "" : " (not yet: " + string.Join(", ", option.Planned) + ")";
        return option.Kind == OptionKind.Pairs ? "`name=number,…`" : string.Join(", ", option.Choices.Select(static c => "`" + c + "`")) + later;
    }

    private static string Default(Option option)
        => option.Choices.Contains(option.Default) ? "`" + option.Default + "`" : option.Default;
}
